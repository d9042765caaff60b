#include <ui/window/examples.h>

#include <ui/text/words.h>

#include <QAction>
#include <QMenu>

namespace turnspit {

struct Examples::Example
{
    QString title;
    QString name;
    QString description;
    QStringList arguments;
    QString tables; ///< of the service file, besides
};

namespace {

/// A basic string of TOML.
QString quoted(QString text)
{
    text.replace(QLatin1Char('\\'), QStringLiteral("\\\\")).replace(QLatin1Char('"'), QStringLiteral("\\\""));
    return QLatin1Char('"') + text + QLatin1Char('"');
}

} // namespace

Examples::Examples(HostSession& session, QString program, QWidget* parent)
    : QObject(parent), m_session(session), m_program(std::move(program)), m_menu(new QMenu(tr("Try an &example"), parent)),
      m_removal(new QAction(tr("Remove e&xamples"), this))
{
    m_menu->setObjectName(QStringLiteral("exampleMenu"));
    m_menu->setToolTipsVisible(true);
    m_menu->menuAction()->setVisible(isAvailable());
    if (isAvailable()) {
        addToMenu({tr("&Heartbeat"), QStringLiteral("heartbeat"), tr("Prints a line every five seconds"),
                   {QStringLiteral("beat")}, {}});
        addToMenu({tr("&Flaky"), QStringLiteral("flaky"), tr("Fails now and then, and is started again after a while"),
                   {QStringLiteral("flaky")}, QStringLiteral("\n[restart]\npolicy = \"always\"\n")});
        addToMenu({tr("&Slow stopper"), QStringLiteral("slow-stopper"), tr("Needs eight seconds to stop"),
                   {QStringLiteral("slowstop"), QStringLiteral("8")}, {}});
    }
    m_removal->setObjectName(QStringLiteral("actionRemoveExamples"));
    m_removal->setVisible(false);
    connect(m_removal, &QAction::triggered, this, [this] { Q_EMIT removalRequested(m_present); });
}

Examples::~Examples() = default;

void Examples::addToMenu(const Example& example)
{
    QStringList words{quoted(m_program)};
    for (const QString& argument : example.arguments)
        words += quoted(argument);
    const QString text = QStringLiteral("description = %1\ngroup = %2\ncommand = [%3]\n")
                             .arg(quoted(example.description), quoted(group()), words.join(QStringLiteral(", ")))
                         + example.tables;
    QAction* const action = m_menu->addAction(example.title);
    action->setToolTip(example.description);
    action->setData(example.name);
    connect(action, &QAction::triggered, this, [this, name = example.name, text] { m_tasks.spawn(add(name, text)); });
}

void Examples::setServices(const QList<ServiceInfo>& services, bool live)
{
    m_present.clear();
    QStringList names;
    for (const ServiceInfo& service : services) {
        names += service.name;
        if (service.group == group())
            m_present += service.name;
    }
    m_removal->setVisible(!m_present.isEmpty());
    m_removal->setEnabled(live);
    for (QAction* const action : m_menu->actions())
        action->setEnabled(live && !names.contains(action->data().toString()));
}

Task<> Examples::add(QString name, QString text)
{
    AddRequest request;
    request.name = name;
    request.text = std::move(text);
    request.trigger = Trigger::Window;
    const auto result = co_await m_session.add(std::move(request));
    if (!result)
        Q_EMIT failed(words::error(result.error()));
    else if (!result->ok)
        Q_EMIT failed(tr("%1: %2", "service, what went wrong").arg(name, result->error.value_or(QString())));
    else
        Q_EMIT added(name);
}

} // namespace turnspit
