#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace turnspit {

/// A short message outside the window. Plain text, never anything that a service has written.
struct Notice
{
    enum class Urgency { Low, Normal, Critical };

    struct Button
    {
        QString id; ///< `log`, `again`, `start`, `list`
        QString text;
        bool operator==(const Button&) const = default;
    };

    QString key;          ///< a notice replaces the one of the same key
    QString service;      ///< "" : concerns several, or none
    QStringList services; ///< whom it concerns, where they are several
    QString summary;
    QString body;
    Urgency urgency = Urgency::Normal;
    QList<Button> buttons;

    bool operator==(const Notice&) const = default;
};

/// Where notices are shown. Main thread; nothing here waits.
class NoticeOutlet
{
public:
    virtual ~NoticeOutlet() = default;
    virtual void show(const Notice& notice) = 0;
    /// It is no longer true, or was seen. Nothing happens where none of this key is shown.
    virtual void close(const QString& key) = 0;
};

} // namespace turnspit
