#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringView>

#include <fmt/format.h>

#include <cstddef>

// With this header the texts of Qt are formatted like any other: `log.info("reads {}", path, kv("user", name))`, where `path` is a QString, and
// with widths, `{:>20}`. Bytes are taken for UTF-8. A header of its own, since a program may have had its own formatters before.
namespace turnspit::detail {

/// `Text::toUtf8()`, or bytes.
template <class Text>
struct QtTextFormatter : fmt::formatter<fmt::string_view>
{
    template <class Context>
    auto format(const Text& text, Context& context) const
    {
        if constexpr (requires { text.toUtf8(); }) {
            const QByteArray utf8 = text.toUtf8();
            return said(utf8, context);
        } else {
            return said(text, context);
        }
    }

private:
    template <class Context>
    auto said(QByteArrayView utf8, Context& context) const
    {
        return fmt::formatter<fmt::string_view>::format({utf8.data(), std::size_t(utf8.size())}, context);
    }
};

} // namespace turnspit::detail

namespace fmt {

template <>
struct formatter<QString> : turnspit::detail::QtTextFormatter<QString>
{};
template <>
struct formatter<QStringView> : turnspit::detail::QtTextFormatter<QStringView>
{};
template <>
struct formatter<QByteArray> : turnspit::detail::QtTextFormatter<QByteArray>
{};
template <>
struct formatter<QByteArrayView> : turnspit::detail::QtTextFormatter<QByteArrayView>
{};

} // namespace fmt
