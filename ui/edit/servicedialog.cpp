#include <ui/edit/servicedialog.h>

#include <turnspit/async/onthread.h>
#include <ui/edit/rawpage.h>
#include <ui/edit/remarktext.h>
#include <ui/edit/serviceform.h>
#include <ui/edit/trypane.h>
#include <ui/text/words.h>
#include <ui/window/screenfit.h>

#include <QDir>
#include <QFile>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include <filesystem>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

/// After the last key.
constexpr auto pause = 150ms;
constexpr int previewCount = 5;

/// As the host understands the working folder of a service file.
QString absoluteFolder(const QString& path)
{
    const QString home = QDir::homePath();
    if (path == QLatin1StringView("~") || path.startsWith(QLatin1StringView("~/")))
        return home + path.mid(1);
    return path.startsWith(u'/') ? path : home + u'/' + path;
}

/// With the folders above it. What went wrong, in words; "" where nothing did.
QString createFolder(const QString& path)
{
    std::error_code error;
    std::filesystem::create_directories(QFile::encodeName(path).toStdString(), error);
    return QString::fromStdString(error ? error.message() : std::string());
}

} // namespace

ServiceDialog::ServiceDialog(HostSession& session, Draft draft, QWidget* parent)
    : QDialog(parent), m_session(session), m_draft(std::move(draft)), m_tabs(new QTabWidget(this)), m_scroll(new QScrollArea(this)),
      m_form(new ServiceForm(!m_draft.original.isEmpty(), session.isLocalMachine(), this)), m_raw(new RawPage(this)),
      m_try(new TryPane(session, [this] { return tryRequest(); }, this)), m_reason(new QLabel(this)),
      m_cancel(new QPushButton(tr("Cancel"), this)), m_save(new QPushButton(tr("&Save"), this)),
      m_saveStart(new QPushButton(this)), m_base(m_draft.text)
{
    setObjectName(QStringLiteral("serviceDialog"));
    setWindowTitle(isNew() ? tr("Add service") : tr("Edit %1", "a service").arg(m_draft.original));
    m_pause = Clock::current().createTimer([this] { m_tasks.spawn(refresh()); });
    createLayout();
    m_form->setKnown(m_draft.names, m_draft.groups);
    if (!m_draft.name.isEmpty())
        m_form->setName(m_draft.name);

    connect(m_form, &ServiceForm::edited, this, [this] {
        m_source = Source::Form;
        changed();
    });
    connect(m_form, &ServiceForm::folderWanted, this, [this](const QString& path) { m_tasks.spawn(makeFolder(path)); });
    connect(m_raw, &RawPage::edited, this, &ServiceDialog::textEdited);
    connect(m_tabs, &QTabWidget::currentChanged, this, &ServiceDialog::pageChosen);
    connect(m_cancel, &QPushButton::clicked, this, &ServiceDialog::reject);
    connect(m_save, &QPushButton::clicked, this, [this] { m_tasks.spawn(save(false)); });
    connect(m_saveStart, &QPushButton::clicked, this, [this] { m_tasks.spawn(save(true)); });
    connect(m_try, &TryPane::grown, this, &ServiceDialog::clampSize);
    connect(&m_session, &HostSession::connectionChanged, this, [this](HostSession::Connection connection) {
        if (connection == HostSession::Connection::Connected)
            changed();
    });
    refreshButtons();
    m_form->focusCommand();
    m_tasks.spawn(load());
}

ServiceDialog::~ServiceDialog() = default;

void ServiceDialog::createLayout()
{
    m_scroll->setWidget(m_form);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setObjectName(QStringLiteral("formScroll"));
    m_scroll->setAccessibleName(tr("Form"));
    m_tabs->setObjectName(QStringLiteral("dialogTabs"));
    m_tabs->setAccessibleName(tr("Form or text"));
    m_tabs->addTab(m_scroll, tr("Form"));
    m_tabs->addTab(m_raw, tr("Text"));

    m_reason->setObjectName(QStringLiteral("saveReason"));
    m_reason->setTextFormat(Qt::PlainText);
    m_reason->setWordWrap(true);
    m_cancel->setObjectName(QStringLiteral("cancelButton"));
    m_save->setObjectName(QStringLiteral("saveButton"));
    m_saveStart->setObjectName(QStringLiteral("saveStartButton"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_reason, 1);
    for (QPushButton* const button : {m_cancel, m_save, m_saveStart}) {
        button->setAutoDefault(false); // Enter does nothing here
        buttons->addWidget(button);
    }
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_try);
    layout->addLayout(buttons);
    clampSize();
}

void ServiceDialog::clampSize()
{
    const QSize form = m_form->sizeHint();
    const int line = fontMetrics().lineSpacing();
    // Tall enough for an open schedule; the form scrolls where the screen is small.
    const QSize wanted(std::max(form.width() + m_scroll->verticalScrollBar()->sizeHint().width() + 4 * line, 44 * line), std::max(sizeHint().height(), 42 * line));
    resizeOnScreen(*this, wanted.expandedTo(size()));
}

// ---- checking

void ServiceDialog::changed()
{
    m_pause->startOnce(pause);
    m_refusal.clear();
    refreshButtons();
}

void ServiceDialog::textEdited()
{
    m_source = Source::Text;
    m_wholeText = true;
    changed();
}

void ServiceDialog::pageChosen()
{
    // What was typed on the other page has been looked at before anything is done on this one.
    m_tasks.spawn(settle());
}

InspectRequest ServiceDialog::request() const
{
    InspectRequest request;
    request.name = m_form->name();
    request.original = m_draft.original;
    if (m_source == Source::Text) {
        request.text = m_raw->text();
    } else {
        request.text = m_base;
        request.edits = m_form->edits();
    }
    return request;
}

Task<> ServiceDialog::load()
{
    m_refreshing = true;
    InspectRequest first;
    first.name = m_draft.name;
    first.original = m_draft.original;
    first.text = m_base;
    auto inspection = co_await m_session.inspect(first);
    if (inspection) {
        m_inspection = *std::move(inspection);
        const bool isEmpty = isNew() && m_base.isEmpty();
        m_raw->setText(m_inspection->text);
        m_raw->showRemarks(isEmpty ? QList<Remark>() : m_inspection->remarks);
        if (isEmpty) {
            m_form->begin(*m_inspection);
            m_form->show(*m_inspection);
        } else if (!m_inspection->values.isEmpty()) {
            m_form->reset(*m_inspection);
        } else {
            m_source = Source::Text;
            m_tabs->setCurrentWidget(m_raw);
        }
        co_await preview();
    } else {
        m_trouble = words::error(inspection.error());
    }
    m_refreshing = false;
    if (std::exchange(m_again, false))
        co_await refresh();
    m_fresh.set();
    refreshButtons();
}

Task<> ServiceDialog::refresh()
{
    if (m_refreshing) {
        m_again = true; // one running, one pending
        co_return;
    }
    m_refreshing = true;
    m_fresh.reset();
    do {
        m_again = false;
        co_await inspectOnce();
    } while (m_again);
    m_refreshing = false;
    m_fresh.set();
    refreshButtons();
}

Task<> ServiceDialog::inspectOnce()
{
    const Source source = m_source;
    const InspectRequest asked = request();
    auto inspection = co_await m_session.inspect(asked);
    if (!inspection) {
        m_trouble = words::error(inspection.error());
        co_return;
    }
    if (m_again || source != m_source)
        co_return; // something else is shown by now
    m_trouble.clear();
    m_inspection = *std::move(inspection);
    m_raw->showRemarks(m_inspection->remarks);
    if (source == Source::Form) {
        m_form->show(*m_inspection);
        m_raw->setText(m_inspection->text);
    } else if (!m_inspection->values.isEmpty()) {
        m_base = asked.text;
        m_form->reset(*m_inspection);
    }
    co_await preview();
}

Task<> ServiceDialog::preview()
{
    const QString schedule = m_form->scheduleText();
    if (schedule.isEmpty())
        co_return;
    const auto preview = co_await m_session.previewSchedule(schedule, previewCount);
    m_form->showPreview(preview ? std::optional(*preview) : std::nullopt);
}

Task<> ServiceDialog::settle()
{
    m_pause->stop();
    if (m_refreshing) {
        m_again = true;
        co_await m_fresh.wait();
    } else {
        co_await refresh();
    }
}

// ---- what can be done

QString ServiceDialog::whyNot() const
{
    if (!m_trouble.isEmpty())
        return m_trouble;
    if (!m_inspection)
        return tr("Looking at it…");
    if (m_source == Source::Form) {
        if (const QString problem = m_form->problem(); !problem.isEmpty())
            return problem;
    } else if (m_form->name().isEmpty()) {
        return tr("Give it a name.");
    }
    for (const Remark& remark : m_inspection->remarks) {
        if (remark.isError)
            return remark.key.isEmpty() || remark.key == QLatin1StringView("name")
                       ? remarkText(remark)
                       : tr("%1: %2", "a setting, what is wrong with it")
                             .arg(m_source == Source::Form ? m_form->wordFor(remark.key) : remark.key, remarkText(remark));
    }
    return {};
}

QString ServiceDialog::whyNotTry() const
{
    const QString mend = tr("Mend what is marked first.");
    if (!m_inspection)
        return m_trouble.isEmpty() ? mend : m_trouble;
    if (m_source == Source::Form && m_form->commandLine().trimmed().isEmpty())
        return tr("Type a command first.");
    for (const Remark& remark : m_inspection->remarks) {
        if (remark.isError && remark.key != QLatin1StringView("name") && remark.key != QLatin1StringView("command"))
            return mend;
    }
    return {};
}

void ServiceDialog::refreshButtons()
{
    const QString why = whyNot();
    const bool isWrong = !why.isEmpty();
    m_reason->setText(isWrong ? why : m_refusal);
    for (QPushButton* const button : {m_save, m_saveStart}) {
        button->setEnabled(!isWrong && !m_saving);
        button->setToolTip(why);
    }
    m_saveStart->setText(m_draft.isRunning                            ? tr("Save && &restart")
                         : m_form->kind() == ServiceKind::Manual      ? tr("Save && &run")
                                                                      : tr("Save && s&tart"));
    m_try->setProblem(whyNotTry());
    const bool formWorks = m_inspection && (m_source == Source::Form || !m_inspection->values.isEmpty());
    m_tabs->setTabEnabled(0, formWorks || !m_inspection);
    m_tabs->setTabToolTip(0, formWorks || !m_inspection ? QString() : tr("The text has errors: mend them first."));
}

bool ServiceDialog::hasChanges() const
{
    if (m_wholeText)
        return true;
    if (isNew() && m_base.isEmpty())
        return !m_form->commandLine().trimmed().isEmpty();
    return m_inspection && !m_inspection->values.isEmpty() && !m_form->edits().isEmpty();
}

Task<std::optional<TryRequest>> ServiceDialog::tryRequest()
{
    co_await settle();
    if (!m_inspection || !m_trouble.isEmpty() || !whyNotTry().isEmpty() || m_inspection->commandLine.isEmpty())
        co_return std::nullopt;
    co_return TryRequest{m_form->name(), m_inspection->text};
}

// ---- saving

Task<> ServiceDialog::save(bool start)
{
    if (m_saving)
        co_return;
    m_saving = true;
    m_refusal.clear();
    refreshButtons();
    co_await settle(); // what was typed last has been looked at as well
    const bool isRight = whyNot().isEmpty();
    const Result<> written = isRight ? co_await write() : Result<>();
    m_saving = false;
    if (!written)
        m_refusal = words::error(written.error());
    refreshButtons();
    if (!isRight || !written)
        co_return;
    const QString name = isNew() ? m_form->name() : m_draft.original;
    const QString why = start ? co_await startIt(name) : QString();
    Q_EMIT saved(name, start);
    if (!why.isEmpty())
        Q_EMIT failed(why);
    accept();
}

Task<Result<>> ServiceDialog::write()
{
    if (isNew()) {
        AddRequest add;
        add.name = m_form->name();
        add.text = m_inspection->text;
        add.start = false;
        add.trigger = Trigger::Window;
        const auto added = co_await m_session.add(add);
        if (!added)
            co_return fail(added.error());
        co_return Result<>();
    }
    UpdateRequest update;
    update.name = m_draft.original;
    if (m_wholeText)
        update.text = m_inspection->text;
    else
        update.edits = m_form->edits();
    if (!update.text && update.edits.isEmpty())
        co_return Result<>();
    const auto updated = co_await m_session.update(update);
    if (!updated)
        co_return fail(updated.error());
    co_return Result<>();
}

/// What went wrong, in words; "" where nothing did.
Task<QString> ServiceDialog::startIt(QString name)
{
    if (m_form->kind() == ServiceKind::Manual && !m_draft.isRunning) {
        const auto begun = co_await m_session.run(name, Trigger::Window);
        co_return begun ? QString() : words::error(begun.error());
    }
    ActionRequest request;
    request.action = m_draft.isRunning ? Action::Restart : Action::Start;
    request.names = {name};
    request.wait = false;
    request.trigger = Trigger::Window;
    const auto results = co_await m_session.act(request);
    if (!results)
        co_return words::error(results.error());
    for (const ActionResult& result : *results) {
        if (!result.ok)
            co_return result.error.value_or(tr("It could not be started."));
    }
    co_return QString();
}

Task<> ServiceDialog::makeFolder(QString path)
{
    m_form->setMakingFolder(true);
    Thread files(QStringLiteral("folder"));
    const QString wrong = co_await onThread(files, [folder = absoluteFolder(path)] { return createFolder(folder); });
    m_form->setMakingFolder(false);
    changed(); // the host looks again
    if (!wrong.isEmpty())
        m_refusal = tr("The folder could not be created: %1", "why").arg(wrong);
    refreshButtons();
}

void ServiceDialog::reject()
{
    if (!isVisible() || !hasChanges()) {
        QDialog::reject();
        return;
    }
    auto* box = new QMessageBox(QMessageBox::Question, windowTitle(), tr("Throw away what you have changed?"), QMessageBox::NoButton, this);
    box->setObjectName(QStringLiteral("discardDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* const discard = box->addButton(tr("Throw away"), QMessageBox::DestructiveRole);
    QPushButton* const keep = box->addButton(tr("Keep editing"), QMessageBox::RejectRole);
    box->setDefaultButton(keep);
    box->setEscapeButton(keep);
    connect(discard, &QPushButton::clicked, this, [this] { QDialog::reject(); });
    box->open();
}

void ServiceDialog::done(int result)
{
    QDialog::done(result);
    m_tasks.spawn(finish());
}

Task<> ServiceDialog::finish()
{
    co_await m_try->end();
    deleteLater();
}

} // namespace turnspit
