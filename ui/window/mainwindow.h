#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QMainWindow>

class QLineEdit;
class QMenu;
class QStackedWidget;
class QToolBar;
class QTreeView;

namespace turnspit {

class HostLine;
class HostMirror;
class LogPane;
class PlaceholderPage;
class ServiceActions;
class ServiceEditing;
class ServiceFilter;
class WhyBar;

/// The window over one host: list of services, what can be done with the selected ones, why they are as they are, and their log.
/// Works on any HostSession, which must outlive it. Shown before the host has answered; never waits for it.
///
/// objectNames: mainWindow, serviceView, filterEdit, emptyState, noHostState, and those of its parts.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(HostSession& session, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// What the window says where no host answers; `hint` tells how to get one.
    void setNoHostHint(const QString& hint);

    [[nodiscard]] HostMirror& mirror() const { return *m_mirror; }

    /// Selects the service, also where a filter hides it, and shows the tab of this key; "": the present one.
    void showService(const QString& name, const QString& tab);

    /// To the front, from wherever it is.
    void raiseWindow();

    enum class Menu { File, Service, View, Tools, Help };
    void addMenuAction(Menu menu, QAction* action);

    [[nodiscard]] QStringList selectedNames() const;

Q_SIGNALS:
    /// The person asks to look for a host again. The window has asked the session already.
    void retryRequested();
    /// The person wants the window gone; it stays until the program hides it.
    void closeRequested();
    void quitRequested();
    void selectedNamesChanged(const QStringList& names);

protected:
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void createServiceView();
    void createActions();
    void createLayout();
    void selectionChanged();
    void hostChanged();
    void refreshTargets();
    void refreshPages();
    void retry();
    void selectFirst();
    void createEditing(QMenu& file, QMenu& service, QToolBar& bar);
    [[nodiscard]] QString currentName() const;
    Task<> tick();

    HostSession& m_session;
    HostMirror* m_mirror;
    ServiceActions* m_actions;
    ServiceEditing* m_editing;
    ServiceFilter* m_filter;
    QStackedWidget* m_pages;
    QStackedWidget* m_listPages;
    QTreeView* m_view;
    QLineEdit* m_filterEdit;
    WhyBar* m_why;
    LogPane* m_log;
    HostLine* m_hostLine;
    PlaceholderPage* m_noHost;
    PlaceholderPage* m_empty;
    PlaceholderPage* m_noMatch;
    QWidget* m_main;
    QString m_noHostHint;
    bool m_wasLive = false;
    bool m_soughtInVain = false;
    bool m_selectsFirst = true;
    std::unique_ptr<TaskScope> m_ticking; ///< while visible; last: destroyed before what its tasks use
};

} // namespace turnspit
