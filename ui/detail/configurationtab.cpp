#include <ui/detail/configurationtab.h>

#include <ui/detail/definitionwords.h>
#include <ui/detail/refresher.h>
#include <ui/detail/tomlhighlighter.h>
#include <ui/services/holdspan.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/secrets.h>
#include <ui/text/words.h>
#include <ui/theme/icons.h>
#include <ui/window/placeholderpage.h>

#include <QClipboard>
#include <QEvent>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedLayout>
#include <QToolButton>
#include <QTreeWidget>

#include <algorithm>

namespace turnspit {
namespace {

/// More of them than fit on a few lines are counted.
constexpr qsizetype mostChanges = 4;

/// All but figures and what comes of runs: the file may be another.
bool tellsOfFile(const std::optional<ServiceInfo>& before, const ServiceInfo& after)
{
    return !before || before->flags != after.flags || before->state != after.state || before->group != after.group
           || before->kind != after.kind || before->nextRun != after.nextRun || before->pid != after.pid || before->reason != after.reason;
}

} // namespace

ConfigurationTab::ConfigurationTab(HostSession& session, HostMirror& mirror, QWidget* parent)
    : QWidget(parent), m_session(session), m_mirror(mirror), m_wasLive(mirror.isLive()), m_main(new QWidget(this)),
      m_empty(new PlaceholderPage(this)), m_path(new QLabel(this)), m_copy(new QToolButton(this)), m_reveal(new QToolButton(this)),
      m_edit(new QPushButton(tr("&Edit…"), this)), m_changed(new QFrame(this)), m_changes(new QLabel(this)),
      m_restart(new QPushButton(tr("&Restart to apply"), this)), m_splitter(new QSplitter(Qt::Horizontal, this)),
      m_text(new QPlainTextEdit(this)), m_highlighter(new TomlHighlighter(m_text->document())), m_values(new QTreeWidget(this)),
      m_refresher(new Refresher(*this, [this] { refresh(); }))
{
    setObjectName(QStringLiteral("configurationTab"));
    createText();
    createValues();
    auto* const main = new QVBoxLayout(m_main);
    main->setContentsMargins(0, 0, 0, 0);
    main->setSpacing(0);
    main->addWidget(createHead());
    main->addWidget(createChanged());
    main->addWidget(m_splitter, 1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_text);
    m_splitter->addWidget(m_values);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_empty->setObjectName(QStringLiteral("configurationEmpty"));
    auto* const pages = new QStackedLayout(this);
    pages->addWidget(m_main);
    pages->addWidget(m_empty);

    connect(&mirror, &HostMirror::servicesChanged, this, &ConfigurationTab::takeRow);
    connect(&mirror, &HostMirror::hostChanged, this, &ConfigurationTab::hostChanged);
    showPage();
}

ConfigurationTab::~ConfigurationTab() = default;

QWidget* ConfigurationTab::createHead()
{
    auto* const head = new QWidget(this);
    m_path->setObjectName(QStringLiteral("configurationPath"));
    m_path->setAccessibleDescription(tr("File")); // its name is what it says
    m_path->setTextFormat(Qt::PlainText);
    m_path->setWordWrap(true);
    m_path->setLayoutDirection(Qt::LeftToRight);
    m_path->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_copy->setObjectName(QStringLiteral("configurationCopyPath"));
    m_copy->setText(tr("Copy path"));
    m_copy->setIcon(actionIcon(QStringLiteral("copy")));
    m_copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_copy->setAccessibleName(tr("Copy the path of the file"));
    connect(m_copy, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_definition.file); });
    m_reveal->setObjectName(QStringLiteral("configurationReveal"));
    m_reveal->setText(tr("Show secrets"));
    m_reveal->setIcon(actionIcon(QStringLiteral("reveal")));
    m_reveal->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_reveal->setToolTip(tr("Values of variables that look like secrets are dots until you want to see them."));
    m_reveal->setAccessibleName(tr("Show the secrets of the file"));
    m_reveal->setCheckable(true);
    connect(m_reveal, &QToolButton::toggled, this, &ConfigurationTab::showText);
    m_edit->setObjectName(QStringLiteral("configurationEdit"));
    m_edit->setIcon(actionIcon(QStringLiteral("edit")));
    m_edit->setAccessibleName(tr("Edit the service"));
    connect(m_edit, &QPushButton::clicked, this, [this] { Q_EMIT editRequested(m_service); });
    auto* const layout = new QHBoxLayout(head);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->addWidget(m_path, 1);
    layout->addWidget(m_reveal, 0, Qt::AlignTop);
    layout->addWidget(m_copy, 0, Qt::AlignTop);
    layout->addWidget(m_edit, 0, Qt::AlignTop);
    return head;
}

QWidget* ConfigurationTab::createChanged()
{
    m_changed->setObjectName(QStringLiteral("configurationChanged"));
    m_changed->setFrameShape(QFrame::StyledPanel);
    m_changes->setObjectName(QStringLiteral("configurationChanges"));
    m_changes->setTextFormat(Qt::PlainText);
    m_changes->setWordWrap(true);
    m_changes->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_restart->setObjectName(QStringLiteral("configurationRestart"));
    m_restart->setIcon(actionIcon(QStringLiteral("restart")));
    m_restart->setAccessibleName(tr("Restart the service with the new settings"));
    connect(m_restart, &QPushButton::clicked, this, [this] { Q_EMIT restartRequested(m_service); });
    auto* const layout = new QHBoxLayout(m_changed);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->addWidget(m_changes, 1);
    layout->addWidget(m_restart, 0, Qt::AlignTop);
    return m_changed;
}

void ConfigurationTab::createText()
{
    m_text->setObjectName(QStringLiteral("configurationText"));
    m_text->setAccessibleName(tr("Text of the file"));
    m_text->setReadOnly(true);
    m_text->setTabChangesFocus(true);
    m_text->setLayoutDirection(Qt::LeftToRight);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setMinimumWidth(m_text->fontMetrics().averageCharWidth() * 24);
    m_highlighter->setPalette(palette());
}

void ConfigurationTab::createValues()
{
    m_values->setObjectName(QStringLiteral("configurationValues"));
    m_values->setAccessibleName(tr("Every setting with its value"));
    m_values->setLayoutDirection(Qt::LeftToRight); // keys, commands, paths
    m_values->setColumnCount(2);
    m_values->setHeaderLabels({tr("Setting"), tr("Value")});
    m_values->setRootIsDecorated(false);
    m_values->setUniformRowHeights(true);
    m_values->setAlternatingRowColors(true);
    m_values->setAllColumnsShowFocus(true);
    m_values->setTextElideMode(Qt::ElideMiddle);
    m_values->setMinimumWidth(fontMetrics().averageCharWidth() * 24);
    m_values->header()->setStretchLastSection(true);
    m_values->header()->setSectionsMovable(false);
}

// ---- what is shown ----------------------------------------------------------------------------------------------------------------

void ConfigurationTab::open(const QString& service)
{
    if (m_service == service)
        return;
    m_service = service;
    ++m_generation;
    m_row.reset();
    if (const ServiceInfo* const row = m_mirror.model().find(service))
        m_row = *row;
    m_definition = {};
    m_reveal->setChecked(false);
    m_problem.clear();
    m_loaded = false;
    m_loading = false;
    m_again = false;
    showPage();
    m_refresher->forget();
    m_refresher->request();
}

void ConfigurationTab::hostChanged()
{
    if (!std::exchange(m_wasLive, m_mirror.isLive()) && m_wasLive)
        m_refresher->request();
}

void ConfigurationTab::takeRow()
{
    const ServiceInfo* const row = m_service.isEmpty() ? nullptr : m_mirror.model().find(m_service);
    if (!row) {
        m_row.reset();
        showPage();
        return;
    }
    if (!tellsOfFile(m_row, *row))
        return;
    m_row = *row;
    m_refresher->request();
}

void ConfigurationTab::refresh()
{
    if (m_service.isEmpty() || !m_mirror.isLive())
        return;
    if (m_loading) {
        m_again = true;
        return;
    }
    m_loading = true;
    m_tasks.spawn(load(m_generation));
}

Task<> ConfigurationTab::load(quint64 generation)
{
    auto definition = co_await m_session.definition(m_service);
    if (generation != m_generation)
        co_return;
    m_loading = false;
    m_loaded = true;
    m_problem = definition ? QString() : words::notRead(definition.error());
    if (definition)
        m_definition = *std::move(definition);
    showPage();
    if (std::exchange(m_again, false))
        m_refresher->request();
}

void ConfigurationTab::showPage()
{
    auto* const pages = static_cast<QStackedLayout*>(layout());
    const auto say = [&](const QString& title, const QString& text) {
        m_empty->setTexts(title, text);
        pages->setCurrentWidget(m_empty);
    };
    if (m_service.isEmpty())
        return say(tr("No service is selected."), tr("Its file and its settings will be shown here."));
    if (!m_row)
        return say(tr("%1 is not there.", "name of a service").arg(m_service), {});
    if (isHosted(*m_row))
        return say(tr("%1 is built in.", "name of a service").arg(m_service), tr("It is a part of this host and has no file to read or to edit."));
    if (!m_problem.isEmpty() && m_definition.text.isEmpty())
        return say(tr("The file cannot be read."), m_problem);
    pages->setCurrentWidget(m_main);
    m_path->setText(m_definition.file);
    m_copy->setEnabled(!m_definition.file.isEmpty());
    m_edit->setEnabled(m_loaded);
    showText();
    showValues();
    showChanges();
}

void ConfigurationTab::showText()
{
    const QString masked = secrets::masked(m_definition.text);
    m_reveal->setVisible(masked != m_definition.text);
    const QString& shown = m_reveal->isChecked() ? m_definition.text : masked;
    if (m_text->toPlainText() == shown)
        return;
    const int line = m_text->verticalScrollBar()->value();
    m_text->setPlainText(shown);
    m_text->verticalScrollBar()->setValue(line);
}

void ConfigurationTab::showValues()
{
    const auto rows = definitionwords::table(m_definition.values);
    // Rows change in place: what is selected or scrolled to stays.
    while (m_values->topLevelItemCount() > rows.size())
        delete m_values->takeTopLevelItem(m_values->topLevelItemCount() - 1);
    while (m_values->topLevelItemCount() < rows.size())
        m_values->addTopLevelItem(new QTreeWidgetItem);
    for (qsizetype i = 0; i < rows.size(); ++i) {
        const auto& [key, value] = rows[i];
        QTreeWidgetItem* const item = m_values->topLevelItem(static_cast<int>(i));
        const bool changed = std::any_of(m_definition.changes.begin(), m_definition.changes.end(),
                                         [&](const QString& line) { return line.startsWith(key + QLatin1Char(':')); });
        item->setText(0, key);
        item->setText(1, value.isEmpty() ? words::nothing() : value);
        item->setToolTip(1, changed ? tr("%1\nNot known to the running process yet.").arg(value) : value);
        QFont font = m_values->font();
        font.setBold(changed);
        item->setFont(0, font);
        item->setFont(1, font);
    }
    if (!rows.isEmpty())
        m_values->resizeColumnToContents(0);
}

void ConfigurationTab::showChanges()
{
    const bool changed = m_row && m_row->flags.contains(QLatin1String("changed"));
    const bool broken = m_row && m_row->flags.contains(QLatin1String("file-broken"));
    m_changed->setVisible(changed || broken);
    m_restart->setVisible(changed && !broken);
    if (broken) {
        m_changes->setText(tr("The file has an error; the old settings go on. %1", "what is wrong").arg(m_row->reason.value_or(QString())).trimmed());
        return;
    }
    if (!changed)
        return;
    QString text = tr("The running process still uses older settings.");
    QStringList lines = m_definition.changes.mid(0, mostChanges);
    if (m_definition.changes.size() > mostChanges)
        lines += tr("… and %n more", nullptr, static_cast<int>(m_definition.changes.size() - mostChanges));
    std::transform(lines.begin(), lines.end(), lines.begin(), secrets::maskedChange);
    if (!lines.isEmpty())
        text += QLatin1Char('\n') + lines.join(QLatin1Char('\n'));
    m_changes->setText(text);
}

void ConfigurationTab::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // Side by side where both can be read so.
    m_splitter->setOrientation(width() < fontMetrics().averageCharWidth() * 90 ? Qt::Vertical : Qt::Horizontal);
}

void ConfigurationTab::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_highlighter->setPalette(palette());
}

} // namespace turnspit
