#pragma once

#include <turnspit/control/hostsession.h>

#include <QObject>

#include <cstdio>

/// Prints the names of a host's services, one a line, each time there is a new snapshot.
class NamePrinter : public QObject
{
    Q_OBJECT
public:
    explicit NamePrinter(turnspit::HostSession& session)
    {
        connect(&session, &turnspit::HostSession::snapshotReplaced, this, [this](const turnspit::Snapshot& snapshot) {
            for (const turnspit::ServiceInfo& service : snapshot.services)
                std::puts(qPrintable(service.name));
            Q_EMIT printed();
        });
    }

Q_SIGNALS:
    void printed();
};
