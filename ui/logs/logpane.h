#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>
#include <ui/logs/logexport.h>
#include <ui/logs/logtime.h>

#include <QWidget>

#include <memory>

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QToolButton;

namespace turnspit {

class LogFeed;
class LogFindBar;
class LogPatternField;
class LogRunBox;
class LogView;

/// The log of one service with its controls: which runs, following, wrapping, times, streams, filter, search, going to a time,
/// copying and exporting. Keys: Ctrl+F find, F3 and Shift+F3, Ctrl+Shift+F filter, Ctrl+G go to a time, Enter on a line of a
/// filtered log: the same line among all.
///
/// objectNames: logFollow, logWrap, logTimes, logStdout, logStderr, logHost, logMenu, logFilter, logJump, logStatus, logMessage.
class LogPane final : public QWidget
{
    Q_OBJECT
public:
    explicit LogPane(HostSession& session, QWidget* parent = nullptr);
    ~LogPane() override;

    /// "": no service.
    void open(const QString& service);
    void reopen();

    /// One run's part of a service's log.
    void showRun(const QString& service, RunId run);

    /// The first line not before this time, in what is open.
    void jumpTo(WallTime time);

    /// The same line among all: without the filter.
    void showInContext(quint64 line);

    void openFind();
    void openFilter();
    void openJump();

    [[nodiscard]] LogView* view() const { return m_view; }
    [[nodiscard]] LogFeed& feed() const { return *m_feed; }

    enum class Lines { All, Shown, Selected };
    /// Asks for a file and writes these lines into it.
    void exportLines(Lines which);
    /// The same with the file known.
    void exportTo(const QString& path, Lines which, LogExport::Format format);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void makeToolBar(QHBoxLayout& bar);
    void makeFilterBar();
    void makeJumpBar();
    [[nodiscard]] QMenu* makeMenu();
    void applyFilter(std::optional<quint64> near = {});
    void clearFilter();
    void closeFilter();
    void enterJump();
    void showMenu(const QPoint& position, std::optional<quint64> folded);
    void copy(bool withTimes);
    void tell(const QString& message);
    void refresh();
    [[nodiscard]] QString statusText() const;
    [[nodiscard]] LogChoice choice(Lines which) const;
    Task<> copyLines(LogChoice lines, bool withTimes);
    Task<> goToTime(WallTime time);
    [[nodiscard]] QByteArray copied(const LogLine& line, bool withTimes) const;

    HostSession& m_session;
    LogFeed* m_feed;
    LogView* m_view;
    LogRunBox* m_runs;
    QToolButton* m_follow;
    QToolButton* m_wrap;
    QToolButton* m_times;
    QToolButton* m_menu;
    QList<QToolButton*> m_streams; ///< stdout, stderr, host
    QWidget* m_filterBar;
    LogPatternField* m_filter;
    QWidget* m_jumpBar;
    QLineEdit* m_jump;
    QLabel* m_jumpError;
    LogFindBar* m_find;
    QLabel* m_status;
    QLabel* m_message;
    LogExport* m_export;

    std::unique_ptr<TaskScope> m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
