#include <ui/edit/trypane.h>

#include <ui/logs/logtext.h>
#include <ui/text/words.h>
#include <ui/theme/tones.h>

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

namespace turnspit {
namespace {

constexpr int shownLines = 8;
constexpr int keptLines = 5'000;

} // namespace

TryPane::TryPane(HostSession& session, Source source, QWidget* parent)
    : QFrame(parent), m_session(session), m_source(std::move(source)), m_try(new QPushButton(tr("Tr&y it"), this)),
      m_stop(new QPushButton(tr("Sto&p"), this)), m_status(new QLabel(this)), m_output(new QPlainTextEdit(this)),
      m_out(QStringDecoder::Utf8), m_err(QStringDecoder::Utf8)
{
    setObjectName(QStringLiteral("tryPane"));
    m_try->setObjectName(QStringLiteral("tryButton"));
    m_try->setToolTip(tr("Runs the command once and shows what it writes. Nothing is saved."));
    m_stop->setObjectName(QStringLiteral("tryStopButton"));
    m_status->setObjectName(QStringLiteral("tryStatus"));
    m_status->setTextFormat(Qt::PlainText);
    m_status->setWordWrap(true);
    m_status->setText(tr("Runs the command once and shows what it writes. Nothing is saved."));
    m_output->setObjectName(QStringLiteral("tryOutput"));
    m_output->setAccessibleName(tr("Output of the command"));
    m_output->setReadOnly(true);
    m_output->setUndoRedoEnabled(false);
    m_output->setMaximumBlockCount(keptLines);
    m_output->setLayoutDirection(Qt::LeftToRight);
    m_output->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_output->setFixedHeight(shownLines * m_output->fontMetrics().lineSpacing() + 4 * m_output->frameWidth());
    m_output->setVisible(false);
    for (QPushButton* const button : {m_try, m_stop})
        button->setAutoDefault(false);

    auto* head = new QHBoxLayout;
    head->addWidget(m_try);
    head->addWidget(m_stop);
    head->addWidget(m_status, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(head);
    layout->addWidget(m_output, 1);
    connect(m_try, &QPushButton::clicked, this, &TryPane::begin);
    connect(m_stop, &QPushButton::clicked, this, [this] { m_tasks.spawn(stop()); });
    refresh();
}

TryPane::~TryPane() = default;

void TryPane::setProblem(const QString& why)
{
    m_problem = why;
    refresh();
}

void TryPane::refresh()
{
    m_try->setEnabled(!m_running && m_problem.isEmpty());
    m_try->setToolTip(m_problem.isEmpty() ? tr("Runs the command once and shows what it writes. Nothing is saved.") : m_problem);
    m_stop->setVisible(m_running);
}

void TryPane::begin()
{
    if (!m_running)
        m_tasks.spawn(run());
}

Task<> TryPane::run()
{
    m_running = true;
    refresh();
    m_output->clear();
    m_out.resetState();
    m_err.resetState();
    m_status->setText(tr("Starting…"));
    auto request = co_await m_source();
    if (!request) {
        m_running = false;
        m_status->setText(tr("Mend what is marked first."));
        refresh();
        co_return;
    }
    const auto begun = co_await m_session.beginTry(*std::move(request));
    QString wrong = begun ? QString() : words::error(begun.error());
    if (begun) {
        m_id = *begun;
        m_output->setVisible(true);
        m_status->setText(tr("Running…"));
        Q_EMIT grown();
        for (qint64 cursor = 0;;) {
            const auto page = co_await m_session.followTry(m_id, cursor);
            if (!page) {
                wrong = words::error(page.error());
                break;
            }
            cursor = page->cursor;
            show(*page);
            if (page->ended)
                break;
        }
        m_id = 0;
    }
    if (!wrong.isEmpty())
        m_status->setText(wrong);
    m_running = false;
    refresh();
}

Task<> TryPane::stop()
{
    if (m_id == 0)
        co_return;
    m_status->setText(tr("Stopping…"));
    if (const auto stopped = co_await m_session.stopTry(m_id); !stopped)
        m_status->setText(words::error(stopped.error()));
}

Task<> TryPane::end()
{
    if (m_id != 0)
        (void)co_await m_session.stopTry(m_id);
}

void TryPane::show(const TryPage& page)
{
    for (const TryOutput& output : page.output)
        append(output);
    if (page.ended)
        showEnd(page);
    else
        m_status->setText(tr("Running, %1", "a time").arg(words::duration(std::chrono::milliseconds(static_cast<qint64>(page.seconds * 1000)))));
}

void TryPane::append(const TryOutput& output)
{
    const bool isError = output.stream == 'e';
    const QString text = (isError ? m_err : m_out).decode(output.bytes);
    // Pieces end anywhere; lines are shown as logs show them.
    QStringList lines = text.split(QLatin1Char('\n'));
    for (QString& line : lines)
        line = logText(line.toUtf8()).text;
    QTextCharFormat format;
    if (isError)
        format.setBackground(tones::errorStreamTint(tones::isDark(palette())));
    QScrollBar* const bar = m_output->verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    QTextCursor cursor(m_output->document());
    cursor.movePosition(QTextCursor::End);
    cursor.insertText(lines.join(QLatin1Char('\n')), format);
    if (atEnd)
        bar->setValue(bar->maximum());
}

void TryPane::showEnd(const TryPage& page)
{
    const QString time = words::duration(std::chrono::milliseconds(static_cast<qint64>(page.seconds * 1000)));
    QString text;
    if (page.exitCode)
        text = tr("exit %1 in %2", "exit code, a time").arg(*page.exitCode).arg(time);
    else if (page.signal)
        text = tr("ended by %1 after %2", "a signal, a time").arg(*page.signal, time);
    else
        text = tr("ended after %1", "a time").arg(time);
    if (!page.reason.isEmpty())
        text = tr("%1 — %2", "how it ended, why").arg(text, page.reason);
    if (page.dropped > 0)
        text = tr("%1; %2 more are not shown", "how it ended, a size").arg(text, words::memory(page.dropped));
    m_status->setText(text);
}

} // namespace turnspit
