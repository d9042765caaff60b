#pragma once

#include <expected>
#include <string>
#include <utility>

namespace turnspit {

/// What kind of thing went wrong: decides the exit code of a command and the error code on the wire, never the wording.
enum class ErrorKind {
    Failed,            ///< did not work; the message says what and why
    NoSuchService,     ///< wire -32001, exit 4
    Refused,           ///< not possible in this state; wire -32002, exit 1
    TimedOut,          ///< wire -32003, exit 5
    InvalidDefinition, ///< a definition or an option is wrong; wire -32004, exit 1; file, line and column say where
    Unreachable,       ///< no host, or the connection ended; exit 3
    Protocol,          ///< the peer said something that is not in the protocol
    Cancelled,         ///< stopped because somebody asked; not a failure
};

/// What went wrong in the world, in words that a person can act on. Free of Qt, so that the keeper can use it too.
struct Error
{
    ErrorKind kind = ErrorKind::Failed;
    std::string message;  ///< one sentence: what is wrong and what to do; no trailing full stop, no newline
    std::string file = {}; ///< empty where no file is concerned
    int line = 0;         ///< from 1; 0: unknown
    int column = 0;       ///< from 1, in code points; 0: unknown

    /// `FILE:LINE:COL: message`, with the parts that are known.
    [[nodiscard]] std::string text() const
    {
        std::string out;
        if (!file.empty()) {
            out = file;
            if (line > 0) {
                out += ':' + std::to_string(line);
                if (column > 0)
                    out += ':' + std::to_string(column);
            }
            out += ": ";
        }
        return out + message;
    }

    /// The same error with context put in front of its message on the way up: "cannot start: no such file".
    [[nodiscard]] Error in(const std::string& context) const
    {
        Error out = *this;
        out.message = context + ": " + message;
        return out;
    }

    bool operator==(const Error&) const = default;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail("cannot open the file");`
[[nodiscard]] inline std::unexpected<Error> fail(std::string message)
{
    return std::unexpected(Error{ErrorKind::Failed, std::move(message)});
}

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message)
{
    return std::unexpected(Error{kind, std::move(message)});
}

[[nodiscard]] inline std::unexpected<Error> fail(Error error)
{
    return std::unexpected(std::move(error));
}

} // namespace turnspit
