#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>
#include <ui/window/remedies.h>

#include <QMainWindow>

class QHBoxLayout;
class QLineEdit;
class QMenu;
class QSplitter;
class QStackedWidget;

namespace turnspit {

class ConfigurationTab;
class CpuTrails;
class DetailPane;
class Examples;
class FilterBar;
class GoodVersions;
class Holds;
class HostLine;
class HostMirror;
class LastWords;
class LogPane;
class Notes;
class NoticeBanner;
class PlaceholderPage;
class RecentRuns;
class ServiceActions;
class ServiceEditing;
class ServiceFilter;
class ServiceView;
class Stops;
class WhyBar;
class WindowMemory;

/// The window over one host: list of services, what can be done with the selected ones, why they are as they are, and details of one.
/// Works on any HostSession, which must outlive it. Shown before the host has answered; never waits for it.
///
/// It closes only by what the program does about closeRequested and quitRequested: it knows neither of a tray nor of services that
/// stop with the program.
///
/// objectNames: mainWindow, filterEdit, toolBar, splitter, emptyState, noHostState, noMatchState, actionClose, actionQuit, actionFind,
/// actionReload, actionDetailAtSide, actionKeys, actionAbout, and those of its parts.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    struct Options
    {
        QString memoryFile;  ///< where it remembers how it was left, an ini file; "": nowhere
        QString demoProgram; ///< path of turnspit-demo, for the examples; "": none are offered
    };
    enum class Menu { File, Service, View, Tools, Help };

    explicit MainWindow(HostSession& session) : MainWindow(session, Options()) {}
    MainWindow(HostSession& session, const Options& options, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// What the window says where no host answers; `hint` tells how to get one.
    void setNoHostHint(const QString& hint);

    [[nodiscard]] HostMirror& mirror() const { return *m_mirror; }
    [[nodiscard]] DetailPane& detail() const { return *m_detail; }
    /// Above the status bar, so that rows stay where they are when something is told.
    [[nodiscard]] NoticeBanner& notices() const { return *m_notices; }
    [[nodiscard]] WindowMemory& memory() const { return *m_memory; }

    /// Selects the service, also where a filter hides it, and shows the tab of this key; "": the present one. One that is not there
    /// (yet) is selected when it comes.
    void showService(const QString& name, const QString& tab);

    /// Only these in the list, until somebody wants to see others. None of them is there: nothing happens.
    void showServices(const QStringList& names);

    /// As the actions of its menus; nothing where they cannot be used.
    void addService();
    void holdSchedules();

    /// At the left of everything but menus and bars; the window owns it, and its own visibility decides whether it is seen.
    void setSide(QWidget* side);

    /// To the front, from wherever it is.
    void raiseWindow();

    /// Another item of a menu, with its keys from now on; in front of closing and quitting. A menu without items is not shown.
    void addMenuAction(Menu menu, QAction* action);
    void addMenuSeparator(Menu menu);

    [[nodiscard]] QStringList selectedNames() const;

    void showMessage(const QString& text);

Q_SIGNALS:
    /// The person asks to look for a host again. The window has asked the session already.
    void retryRequested();
    /// The person wants the window gone; it stays until the program hides it.
    void closeRequested();
    void quitRequested();
    void selectedNamesChanged(const QStringList& names);

protected:
    bool event(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    // mainwindow_parts.cpp
    void createList();
    void createDetail();
    void createPages();
    void connectParts();

    // mainwindow_actions.cpp
    void createMenus();
    void createToolBar();
    QAction* createAction(Menu menu, const char* objectName, const QString& text, const QList<QKeySequence>& keys);
    void createFilterActions();
    void createPalette();
    void find();
    void about();
    void showKeys();
    void showHostDetails();
    void apply(Remedy remedy);
    Task<> reload();

    // mainwindow_layout.cpp
    void recall();
    void remember();
    void recallFilter();
    void recallSelection();
    void rememberFilter();
    [[nodiscard]] QString selectionKey() const;
    void layOut();
    void setDetailAtSide(bool atSide);
    void showDetailPage(bool shown);

    void chooseState(std::optional<ServiceState> state);
    void dropOnly();
    void clearFilter();
    void showAppeared(const QString& name);
    void selectionChanged();
    void refreshSchedules();
    void hostChanged();
    void servicesChanged();
    void refreshTargets();
    void refreshPages();
    void retry();
    Task<> tick();

    HostSession& m_session;
    std::unique_ptr<WindowMemory> m_memory;
    HostMirror* m_mirror;
    RecentRuns* m_recent;
    Stops* m_stops;
    Holds* m_holds;
    CpuTrails* m_trails;
    Notes* m_notes;
    LastWords* m_lastWords;
    GoodVersions* m_good;
    ServiceActions* m_actions;
    ServiceEditing* m_editing;
    Examples* m_examples;
    ServiceFilter* m_filter;

    NoticeBanner* m_notices;
    QStackedWidget* m_pages;
    QHBoxLayout* m_middle; ///< of the side and the pages
    QWidget* m_main;
    QSplitter* m_splitter;
    QWidget* m_listArea;
    FilterBar* m_filterBar;
    QStackedWidget* m_listPages;
    ServiceView* m_view;
    QLineEdit* m_filterEdit;
    QWidget* m_detailArea;
    WhyBar* m_why;
    DetailPane* m_detail;
    LogPane* m_log;
    ConfigurationTab* m_configuration;
    HostLine* m_hostLine;
    PlaceholderPage* m_noHost;
    PlaceholderPage* m_empty;
    PlaceholderPage* m_noMatch;

    QList<QMenu*> m_menus; ///< by Menu
    QAction* m_atSide = nullptr;
    QAction* m_fileEnd = nullptr; ///< in front of it other parts have their items
    QString m_noHostHint;
    QString m_awaited; ///< selected when it comes
    bool m_wasLive = false;
    bool m_soughtInVain = false;
    bool m_recallsSelection = true;
    bool m_detailPage = false; ///< where there is room for one of both only: the detail is it
    std::unique_ptr<TaskScope> m_ticking; ///< while visible
    TaskScope m_tasks;                    ///< last: destroyed before what its tasks use
};

} // namespace turnspit
