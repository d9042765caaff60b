#include <turnspit/logs/plaintext.h>

#include <cstring>

namespace turnspit {
namespace {

constexpr char escape = '\x1b';
constexpr char bell = '\x07';

/// The first byte behind the control sequence that begins at `at`.
std::size_t behindSequence(std::string_view text, std::size_t at)
{
    if (++at >= text.size() || static_cast<unsigned char>(text[at]) < ' ' || static_cast<unsigned char>(text[at]) >= 0x7f)
        return at; // an escape alone
    const char kind = text[at++];
    if (kind == '[') { // CSI: parameters, then one final byte
        while (at < text.size() && (text[at] < '@' || text[at] > '~'))
            ++at;
        return at + 1;
    }
    if (kind == ']' || kind == 'P' || kind == '^' || kind == '_') { // OSC and its like: up to BEL or ESC backslash
        for (; at < text.size(); ++at) {
            if (text[at] == bell)
                return at + 1;
            if (text[at] == escape)
                return at + 2;
        }
        return at;
    }
    const auto isIntermediate = [](char c) { return c >= ' ' && c <= '/'; };
    if (!isIntermediate(kind))
        return at;
    while (at < text.size() && isIntermediate(text[at]))
        ++at;
    return at + 1;
}

} // namespace

bool hasControls(std::string_view text) noexcept
{
    return !text.empty()
        && (std::memchr(text.data(), escape, text.size()) != nullptr || std::memchr(text.data(), '\r', text.size()) != nullptr);
}

std::string withoutControls(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    bool overwrite = false; // a carriage return came: what is written next takes the place of all before
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == escape) {
            at = behindSequence(text, at);
            continue;
        }
        const char c = text[at++];
        if (c == '\r') {
            overwrite = true;
            continue;
        }
        if (overwrite)
            out.clear();
        overwrite = false;
        out += c;
    }
    return out;
}

} // namespace turnspit
