#pragma once

#include <turnspit/control/hostsession.h>

#include <QWidget>

class QLabel;

namespace turnspit {

class HostMirror;

/// The status bar's facts: which host, since when, how many of what, what comes next, and whether it is connected.
/// objectNames: hostFacts, connectionState.
class HostLine final : public QWidget
{
    Q_OBJECT
public:
    explicit HostLine(HostSession& session, const HostMirror& mirror, QWidget* parent = nullptr);

    void refresh();

private:
    [[nodiscard]] QString facts() const;
    [[nodiscard]] QString connectionText() const;

    HostSession& m_session;
    const HostMirror& m_mirror;
    QLabel* m_facts;
    QLabel* m_connection;
};

} // namespace turnspit
