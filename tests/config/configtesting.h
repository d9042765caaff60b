#pragma once

#include <turnspit/base/error.h>

#include <QString>
#include <QTest>

#include <string>
#include <string_view>

/// A std::string as Qt Test shows it.
inline QString shown(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// The error's text, or that there was none.
template <class T>
QString errorOf(const turnspit::Result<T>& result)
{
    return result ? QStringLiteral("(no error)") : shown(result.error().text());
}

inline std::string bytes(const QString& text)
{
    return text.toStdString();
}
