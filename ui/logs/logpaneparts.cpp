#include <ui/logs/logpane.h>

#include <ui/logs/logfeed.h>
#include <ui/logs/logpatternfield.h>
#include <ui/logs/logrunbox.h>
#include <ui/logs/logview.h>

#include <QActionGroup>
#include <QHBoxLayout>
#include <QKeySequence>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>

#include <algorithm>

/// The bars and menus of a LogPane.
namespace turnspit {
namespace {

void make(QToolButton& button, const char* name, const QString& text, const QString& meaning, bool checkable)
{
    button.setObjectName(QLatin1StringView(name));
    button.setText(text);
    button.setToolTip(meaning);
    button.setAccessibleName(meaning);
    button.setCheckable(checkable);
    button.setAutoRaise(true);
}

QToolButton* closeButton(const char* name, const QString& meaning, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    make(*button, name, QStringLiteral("✕"), meaning, false);
    return button;
}

} // namespace

void LogPane::makeToolBar(QHBoxLayout& bar)
{
    make(*m_follow, "logFollow", tr("Follow"), tr("Stay at the end of the log (End)"), true);
    make(*m_wrap, "logWrap", tr("Wrap"), tr("Wrap long lines"), true);
    make(*m_times, "logTimes", tr("Time"), tr("How times are shown"), false);
    make(*m_menu, "logMenu", tr("More"), tr("Find, filter, go to a time, copy, export"), false);
    connect(m_follow, &QToolButton::clicked, m_view, &LogView::setFollowing);
    connect(m_wrap, &QToolButton::toggled, m_view, &LogView::setWrap);

    auto* times = new QMenu(m_times);
    auto* group = new QActionGroup(times);
    const auto choice = [&](LogTimes how, const QString& text, const char* name) {
        QAction* const action = times->addAction(text, this, [this, how] { m_view->setTimes(how); });
        action->setObjectName(QLatin1StringView(name));
        action->setCheckable(true);
        action->setActionGroup(group);
        action->setChecked(how == LogTimes::Local);
    };
    choice(LogTimes::Local, tr("&Local time"), "logTimesLocal");
    choice(LogTimes::Relative, tr("&Age"), "logTimesRelative");
    choice(LogTimes::Utc, tr("&UTC"), "logTimesUtc");
    choice(LogTimes::Hidden, tr("&Hidden"), "logTimesHidden");
    m_times->setMenu(times);
    m_times->setPopupMode(QToolButton::InstantPopup);

    const auto stream = [&](const char* name, const QString& text, const QString& meaning, const QString& letter) {
        auto* button = new QToolButton(this);
        make(*button, name, text, meaning, true);
        button->setProperty("stream", letter);
        button->setChecked(true);
        m_streams.append(button);
        connect(button, &QToolButton::toggled, this, [this, button] {
            // One is always shown: a log of nothing is no choice.
            if (std::none_of(m_streams.begin(), m_streams.end(), [](const QToolButton* each) { return each->isChecked(); }))
                button->setChecked(true);
            else
                applyFilter();
        });
    };
    stream("logStdout", tr("stdout"), tr("Show standard output"), QStringLiteral("o"));
    stream("logStderr", tr("stderr"), tr("Show the error stream"), QStringLiteral("e"));
    stream("logHost", tr("marks"), tr("Show marks of starts, stops and ends"), QStringLiteral("h"));

    m_menu->setMenu(makeMenu());
    m_menu->setPopupMode(QToolButton::InstantPopup);

    bar.addWidget(m_runs);
    bar.addWidget(m_follow);
    bar.addWidget(m_wrap);
    bar.addWidget(m_times);
    bar.addSpacing(8);
    for (QToolButton* const button : std::as_const(m_streams))
        bar.addWidget(button);
    bar.addStretch(1);
    bar.addWidget(m_menu);
}

void LogPane::makeFilterBar()
{
    QToolButton* const close = closeButton("logFilterClose", tr("Show all lines (Esc)"), m_filterBar);
    auto* layout = new QHBoxLayout(m_filterBar);
    layout->setContentsMargins(8, 2, 4, 2);
    layout->addWidget(m_filter, 1);
    layout->addWidget(close);
    m_filterBar->hide();
    connect(m_filter, &LogPatternField::changed, this, [this] { applyFilter(); });
    connect(close, &QToolButton::clicked, this, &LogPane::closeFilter);
    connect(m_filter->edit(), &QLineEdit::returnPressed, this, [this] { m_view->setFocus(); });
}

void LogPane::makeJumpBar()
{
    m_jump->setObjectName(QStringLiteral("logJump"));
    m_jump->setPlaceholderText(tr("13:58, -10m, yesterday 22:00, 2026-11-28 13:58"));
    m_jump->setAccessibleName(tr("Go to a time"));
    m_jumpError->setObjectName(QStringLiteral("logJumpError"));
    m_jump->setMinimumWidth(m_jump->fontMetrics().averageCharWidth() * 16);
    auto* label = new QLabel(tr("&Go to"), m_jumpBar);
    label->setBuddy(m_jump);
    QToolButton* const close = closeButton("logJumpClose", tr("Close (Esc)"), m_jumpBar);
    auto* layout = new QHBoxLayout(m_jumpBar);
    layout->setContentsMargins(8, 2, 4, 2);
    layout->addWidget(label);
    layout->addWidget(m_jump, 1);
    layout->addWidget(m_jumpError);
    layout->addWidget(close);
    m_jumpBar->hide();
    connect(m_jump, &QLineEdit::returnPressed, this, &LogPane::enterJump);
    connect(m_jump, &QLineEdit::textEdited, m_jumpError, &QLabel::clear);
    connect(close, &QToolButton::clicked, this, [this] {
        m_jumpBar->hide();
        m_view->setFocus();
    });
}

QMenu* LogPane::makeMenu()
{
    auto* menu = new QMenu(m_menu);
    const auto add = [&](const char* name, const QString& text, const QKeySequence& key, auto call) {
        QAction* const action = menu->addAction(text, this, call);
        action->setObjectName(QLatin1StringView(name));
        action->setShortcut(key);
        // Shown only: the keys are taken by the pane, so that they do not take them from the rest of the window.
        action->setShortcutContext(Qt::WidgetShortcut);
        action->setShortcutVisibleInContextMenu(true);
        return action;
    };
    add("logFindAction", tr("&Find…"), QKeySequence(Qt::CTRL | Qt::Key_F), [this] { openFind(); });
    add("logFilterAction", tr("Fi&lter…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F), [this] { openFilter(); });
    add("logJumpAction", tr("&Go to a time…"), QKeySequence(Qt::CTRL | Qt::Key_G), [this] { openJump(); });
    menu->addSeparator();
    QAction* const copyPlain = add("logCopyAction", tr("&Copy"), QKeySequence(Qt::CTRL | Qt::Key_C), [this] { copy(false); });
    QAction* const copyTimes =
        add("logCopyTimesAction", tr("Copy with &times"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), [this] { copy(true); });
    add("logSelectAllAction", tr("Select &all"), QKeySequence(Qt::CTRL | Qt::Key_A), [this] { m_view->selectAll(); });
    menu->addSeparator();
    add("logExportAllAction", tr("Export &everything…"), {}, [this] { exportLines(Lines::All); });
    QAction* const shown = add("logExportShownAction", tr("Export what is &shown…"), {}, [this] { exportLines(Lines::Shown); });
    QAction* const selected =
        add("logExportSelectionAction", tr("Export the se&lection…"), {}, [this] { exportLines(Lines::Selected); });
    QAction* const stop = add("logExportStopAction", tr("Sto&p exporting"), {}, [this] {
        m_export->stop();
        tell(tr("The export was given up."));
    });
    connect(menu, &QMenu::aboutToShow, this, [this, copyPlain, copyTimes, shown, selected, stop] {
        for (QAction* const action : {copyPlain, copyTimes, selected})
            action->setEnabled(m_view->selection().has_value());
        shown->setEnabled(m_feed->isFiltered());
        stop->setVisible(m_export->isRunning());
    });
    return menu;
}

void LogPane::showMenu(const QPoint& position, std::optional<quint64> folded)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("logContextMenu"));
    const bool selected = m_view->selection().has_value();
    menu->addAction(tr("&Copy"), this, [this] { copy(false); })->setEnabled(selected);
    menu->addAction(tr("Copy with &times"), this, [this] { copy(true); })->setEnabled(selected);
    menu->addAction(tr("Select &all"), m_view, &LogView::selectAll);
    if (folded)
        menu->addAction(tr("Show the &whole line"), this, [this, line = *folded] { m_view->unfold(line); });
    if (selected && m_feed->isFiltered())
        menu->addAction(tr("&View in context"), this, [this] { showInContext(m_view->selection()->end); });
    menu->addSeparator();
    menu->addAction(tr("Export the se&lection…"), this, [this] { exportLines(Lines::Selected); })->setEnabled(selected);
    menu->popup(position);
}

} // namespace turnspit
