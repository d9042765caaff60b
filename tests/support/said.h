#pragma once

#include <turnspit/base/ids.h>
#include <turnspit/base/states.h>

#include <QList>
#include <QString>

#include <chrono>
#include <concepts>
#include <optional>
#include <type_traits>

namespace turnspit {

/// A value as text, so that QCOMPARE can show both sides of what it cannot print or compare itself: `QCOMPARE(said(a), said(b))`.
template <class T>
[[nodiscard]] QString said(const T& value)
{
    if constexpr (requires { { toString(value) } -> std::convertible_to<std::string_view>; })
        return QString::fromStdString(std::string(toString(value)));
    else if constexpr (std::is_enum_v<T>)
        return QString::number(static_cast<int>(value));
    else if constexpr (requires { value.count(); value.zero(); })
        return QString::number(value.count());
    else if constexpr (requires { value.value; })
        return QString::number(value.value);
    else
        return QString::number(value);
}

template <class T>
[[nodiscard]] QString said(const std::optional<T>& value)
{
    return value ? said(*value) : QStringLiteral("null");
}

template <class T>
[[nodiscard]] QString said(const QList<T>& list)
{
    QStringList words;
    for (const T& value : list)
        words.append(said(value));
    return words.join(QLatin1Char(' '));
}

} // namespace turnspit
