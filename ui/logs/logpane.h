#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace turnspit {

class HostSession;
class LogFeed;
class LogView;

/// The log of the selected service with its controls. objectName of the follow button: logFollow.
class LogPane final : public QWidget
{
    Q_OBJECT
public:
    explicit LogPane(HostSession& session, QWidget* parent = nullptr);

    /// "": no service.
    void open(const QString& service);
    void reopen();

    [[nodiscard]] LogView* view() const { return m_view; }
    [[nodiscard]] LogFeed& feed() const { return *m_feed; }

private:
    void refresh();

    LogFeed* m_feed;
    LogView* m_view;
    QLabel* m_title;
    QLabel* m_note;
    QToolButton* m_follow;
};

} // namespace turnspit
