#pragma once

#include "support/await.h"

#include <turnspit/queues/messagequeue.h>

#include <QString>
#include <QStringList>

#include <optional>
#include <string>
#include <vector>

// What both halves of the contract suite say things with.
namespace turnspit {

using Receiving = Begun<std::optional<Message>>;

inline QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

inline QString words(const std::vector<std::string>& all)
{
    QStringList out;
    for (const auto& each : all)
        out << text(each);
    return out.join(QLatin1Char(' '));
}

/// What the answer says: "ok", or the kind of its error.
template <class T>
QString answer(const Result<T>& result)
{
    return result                                      ? QStringLiteral("ok")
           : result.error().kind == ErrorKind::Refused ? QStringLiteral("refused")
                                                       : text(result.error().text());
}

} // namespace turnspit
