#pragma once

#include <turnspit/control/hostsession.h>

#include <QWidget>

class QLabel;
class QToolButton;

namespace turnspit {

class HostMirror;

/// The status bar's facts: which host, since when, how many of what, what comes next, and whether it is connected. A click asks for
/// more.
/// objectNames: hostFacts, connectionState.
class HostLine final : public QWidget
{
    Q_OBJECT
public:
    explicit HostLine(HostSession& session, const HostMirror& mirror, QWidget* parent = nullptr);

    void refresh();

Q_SIGNALS:
    void clicked();

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] QString facts() const;
    [[nodiscard]] QString connectionText() const;
    void elide();

    HostSession& m_session;
    const HostMirror& m_mirror;
    QString m_line;
    QLabel* m_facts;
    QToolButton* m_connection;
};

} // namespace turnspit
