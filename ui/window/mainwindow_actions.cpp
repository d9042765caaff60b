#include <ui/window/mainwindow.h>

#include <ui/edit/serviceediting.h>
#include <ui/palette/windowpalette.h>
#include <ui/services/serviceactions.h>
#include <ui/services/serviceview.h>
#include <ui/session/hostmirror.h>
#include <ui/text/words.h>
#include <ui/theme/icons.h>
#include <ui/window/detailpane.h>
#include <ui/window/examples.h>
#include <ui/window/hostdetails.h>
#include <ui/window/hostline.h>
#include <ui/window/keysheet.h>
#include <ui/window/placeholderpage.h>
#include <ui/window/whybar.h>

#include <QAction>
#include <QCoreApplication>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QStyle>
#include <QToolBar>
#include <QToolButton>

using namespace std::chrono_literals;

/// Menus, keys and what they do.
namespace turnspit {
namespace {

constexpr Milliseconds waitLongerBy = 10s;

QAction* newSeparator(QObject* parent)
{
    auto* const separator = new QAction(parent);
    separator->setSeparator(true);
    return separator;
}

} // namespace

void MainWindow::addMenuAction(Menu menu, QAction* action)
{
    QMenu* const place = m_menus.at(static_cast<int>(menu));
    place->insertAction(menu == Menu::File ? m_fileEnd : nullptr, action);
    place->menuAction()->setVisible(true);
    // Its keys, also where no menu bar is shown; not of what has its keys in the list only.
    if (action->shortcutContext() == Qt::WindowShortcut)
        addAction(action);
}

void MainWindow::addMenuSeparator(Menu menu)
{
    m_menus.at(static_cast<int>(menu))->addSeparator();
}

QAction* MainWindow::createAction(Menu menu, const char* objectName, const QString& text, const QList<QKeySequence>& keys)
{
    auto* action = new QAction(text, this);
    action->setObjectName(QString::fromLatin1(objectName));
    action->setShortcuts(keys);
    addMenuAction(menu, action);
    return action;
}

void MainWindow::createMenus()
{
    for (const QString& title : {tr("&File"), tr("&Service"), tr("&View"), tr("&Tools"), tr("&Help")}) {
        QMenu* const menu = menuBar()->addMenu(title);
        menu->setToolTipsVisible(true);
        menu->menuAction()->setVisible(false);
        m_menus += menu;
    }

    QMenu* const file = m_menus.at(static_cast<int>(Menu::File));
    addMenuAction(Menu::File, m_editing->action(ServiceEditing::Add));
    file->addMenu(m_examples->menu());
    addMenuAction(Menu::File, m_examples->removal());
    QAction* const reload = createAction(Menu::File, "actionReload", tr("&Reload service files"), {Qt::Key_F5});
    connect(reload, &QAction::triggered, this, [this] { m_tasks.spawn(this->reload()); });
    QAction* const close = createAction(Menu::File, "actionClose", tr("&Close window"), {Qt::CTRL | Qt::Key_W});
    connect(close, &QAction::triggered, this, &MainWindow::closeRequested);
    QAction* const quit = createAction(Menu::File, "actionQuit", tr("&Quit Turnspit"), {Qt::CTRL | Qt::Key_Q});
    quit->setIcon(actionIcon(QStringLiteral("quit")));
    quit->setMenuRole(QAction::QuitRole);
    connect(quit, &QAction::triggered, this, &MainWindow::quitRequested);
    m_fileEnd = file->insertSeparator(close);

    for (const ServiceCommand command : ServiceActions::commands) {
        // Apart from the polite ones, so that a slip of the hand does not reach it.
        if (command == ServiceCommand::Kill || command == ServiceCommand::Hold) {
            addMenuSeparator(Menu::Service);
            m_view->addAction(newSeparator(m_view));
        }
        addMenuAction(Menu::Service, m_actions->action(command));
        m_view->addAction(m_actions->action(command));
    }
    for (QAction* const hold : m_actions->holdAll())
        addMenuAction(Menu::Service, hold);
    addMenuAction(Menu::Service, m_actions->resumeAll());
    addMenuSeparator(Menu::Service);
    m_view->addAction(newSeparator(m_view));
    for (const auto command : {ServiceEditing::Edit, ServiceEditing::Duplicate, ServiceEditing::Remove, ServiceEditing::Undo}) {
        addMenuAction(Menu::Service, m_editing->action(command));
        m_view->addAction(m_editing->action(command));
    }

    QAction* const find = createAction(Menu::View, "actionFind", tr("&Find service"), {Qt::CTRL | Qt::Key_F});
    find->setIcon(actionIcon(QStringLiteral("find")));
    connect(find, &QAction::triggered, this, &MainWindow::find);
    addMenuSeparator(Menu::View);
    createFilterActions();
    addMenuSeparator(Menu::View);
    m_atSide = createAction(Menu::View, "actionDetailAtSide", tr("Detail at the &side"), {});
    m_atSide->setCheckable(true);
    connect(m_atSide, &QAction::toggled, this, &MainWindow::setDetailAtSide);

    QAction* const keys = createAction(Menu::Help, "actionKeys", tr("&Keys"), {Qt::Key_F1, Qt::Key_Question});
    connect(keys, &QAction::triggered, this, &MainWindow::showKeys);
    QAction* const about = createAction(Menu::Help, "actionAbout", tr("&About Turnspit"), {});
    about->setMenuRole(QAction::AboutRole);
    connect(about, &QAction::triggered, this, &MainWindow::about);
    createPalette();
}

void MainWindow::createFilterActions()
{
    struct Entry
    {
        const char* objectName;
        QString text;
        std::optional<ServiceState> state;
    };
    const Entry entries[] = {{"actionShowAll", tr("Show &all"), std::nullopt},
                             {"actionShowRunning", tr("Show &running"), ServiceState::Running},
                             {"actionShowWaiting", tr("Show &waiting"), ServiceState::Waiting},
                             {"actionShowFailed", tr("Show fai&led"), ServiceState::Failed}};
    int key = Qt::Key_1;
    for (const Entry& entry : entries) {
        QAction* const action =
            createAction(Menu::View, entry.objectName, entry.text, {QKeySequence(Qt::CTRL | static_cast<Qt::Key>(key++))});
        connect(action, &QAction::triggered, this, [this, state = entry.state] { chooseState(state); });
    }
}

void MainWindow::createToolBar()
{
    QToolBar* const bar = addToolBar(tr("Actions"));
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, bar);
    bar->setIconSize(QSize(side, side)); // beside words, not in their place
    bar->addAction(m_editing->action(ServiceEditing::Add));
    bar->addSeparator();
    // No Kill: what ends work without asking is not a neighbour of what is pressed daily.
    for (const ServiceCommand command : {ServiceCommand::Start, ServiceCommand::Stop, ServiceCommand::Restart, ServiceCommand::RunNow})
        bar->addAction(m_actions->action(command));
    bar->addSeparator();
    auto* hold = new QToolButton(bar);
    hold->setObjectName(QStringLiteral("holdAllButton"));
    hold->setPopupMode(QToolButton::InstantPopup);
    hold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    hold->setText(tr("Hold all"));
    hold->setIcon(actionIcon(QStringLiteral("hold")));
    hold->setAccessibleName(tr("Hold or resume all schedules"));
    hold->addActions(m_actions->holdAll());
    hold->addAction(newSeparator(hold));
    hold->addAction(m_actions->resumeAll());
    // Where it has nothing to offer it says why, as the other buttons do.
    const auto refreshHold = [hold] {
        const auto offers = hold->actions();
        const bool any = std::ranges::any_of(offers, [](const QAction* offer) { return !offer->isSeparator() && offer->isEnabled(); });
        hold->setEnabled(any);
        hold->setToolTip(any ? tr("Hold or resume all schedules") : offers.first()->toolTip());
    };
    for (const QAction* const offer : hold->actions())
        connect(offer, &QAction::changed, hold, refreshHold);
    refreshHold();
    bar->addWidget(hold);
    auto* gap = new QWidget(bar);
    gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(gap);
    bar->addWidget(m_filterEdit);
}

void MainWindow::createPalette()
{
    WindowPalette::Hooks hooks;
    hooks.current = [this] { return m_view->currentName(); };
    hooks.refreshTargets = [this] { refreshTargets(); };
    hooks.showLog = [this](const QString& name) { showService(name, tabs::logs); };
    auto* palette = new WindowPalette(*this, *m_actions, *m_editing, *m_mirror, std::move(hooks));
    addMenuAction(Menu::Tools, palette->action());
}

void MainWindow::find()
{
    if (m_detailPage)
        showDetailPage(false);
    m_filterEdit->setFocus(Qt::ShortcutFocusReason);
    m_filterEdit->selectAll();
}

void MainWindow::addService()
{
    m_editing->action(ServiceEditing::Add)->trigger();
}

void MainWindow::holdSchedules()
{
    m_actions->holdAll().last()->trigger();
}

void MainWindow::apply(Remedy remedy)
{
    const QString name = m_view->currentName();
    switch (remedy) {
    case Remedy::ShowLog:
        return showService(name, tabs::logs);
    case Remedy::Start:
    case Remedy::StartNow:
        return m_actions->ask(ServiceCommand::Start);
    case Remedy::RunAgain:
    case Remedy::RunNow:
        return m_actions->ask(ServiceCommand::RunNow);
    case Remedy::Stop:
        return m_actions->ask(ServiceCommand::Stop);
    case Remedy::Restart:
    case Remedy::RestartNow:
        return m_actions->ask(ServiceCommand::Restart);
    case Remedy::WaitLonger:
        return m_actions->extendStop(name, waitLongerBy);
    case Remedy::KillNow:
        return m_actions->killNow();
    case Remedy::Enable:
        return m_actions->enable(name);
    case Remedy::Resume:
        return m_actions->ask(ServiceCommand::Hold);
    case Remedy::Edit:
        return m_editing->edit(name);
    case Remedy::Restore:
        return m_editing->restore(name);
    }
}

Task<> MainWindow::reload()
{
    const auto differences = co_await m_session.reload();
    if (!differences)
        showMessage(words::error(differences.error()));
    else if (differences->isEmpty())
        showMessage(tr("The service files are as they were."));
    else
        showMessage(differences->join(QStringLiteral(" · ")));
}

void MainWindow::showHostDetails()
{
    if (!m_mirror->host())
        return;
    const auto* const state = m_hostLine->findChild<QToolButton*>(QStringLiteral("connectionState"));
    auto* details = new HostDetails(*m_mirror->host(), state->text(), this);
    details->showAbove(*m_hostLine);
}

void MainWindow::showKeys()
{
    const QList<KeySheet::Row> others{
        {tr("Open the log of the service"), QKeySequence(Qt::Key_Return).toString(QKeySequence::NativeText)},
        {tr("Start or stop"), QKeySequence(Qt::Key_Space).toString(QKeySequence::NativeText)},
        {tr("Tabs of the detail"), tr("Alt+1 and so on", "keys")},
        {tr("Back to the list"), QKeySequence(Qt::Key_Escape).toString(QKeySequence::NativeText)},
        {tr("Follow the log"), QKeySequence(Qt::Key_End).toString(QKeySequence::NativeText)},
    };
    QList<QAction*> all = actions();
    for (QAction* const action : m_view->actions()) {
        if (!all.contains(action))
            all += action;
    }
    auto* sheet = new KeySheet(all, others, this);
    sheet->open();
}

void MainWindow::about()
{
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About Turnspit"), QStringLiteral("<h3>Turnspit %1</h3>").arg(QCoreApplication::applicationVersion()),
                                QMessageBox::Close, this);
    box->setObjectName(QStringLiteral("aboutDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("Keeps background services turning: starts your commands, keeps them alive, and tells you when they burn."
                               "\n\nFree software under the MIT licence. Made with Qt %1.")
                                .arg(QString::fromLatin1(qVersion())));
    box->open();
}

} // namespace turnspit
