#include "fakesession.h"

#include <turnspit/control/json.h>
#include <turnspit/servicefile/check.h>

#include <QRegularExpression>

/// Service files that are made, changed and taken back; see fakesessionediting.cpp for what is asked while they are written.
namespace turnspit {

namespace {

using Key = QLatin1StringView;

std::optional<Error> wrongWith(const QString& name, const QString& text)
{
    static const QRegularExpression command(QStringLiteral("^\\s*command\\s*="), QRegularExpression::MultilineOption);
    if (text.contains(command))
        return std::nullopt;
    return Error{ErrorKind::InvalidDefinition, "`command` is missing", "/fake/config/services/" + name.toStdString() + ".toml", 1, 1};
}

} // namespace

QString FakeSession::edited(const QString& text, const KeyEdit& edit)
{
    const auto next = makeChange(text.toStdString(), "fake.toml", {edit.key.toStdString(), edit.value.toStdString()});
    return next ? QString::fromStdString(*next) : text;
}

Task<Result<DefinitionInfo>> FakeSession::definition(QString name)
{
    const auto entered = co_await enter(QStringLiteral("definition"), {{Key("name"), name}});
    if (!entered)
        co_return fail(entered.error());
    if (const auto here = known(name); !here)
        co_return fail(here.error());
    if (m_services.value(name).kind == ServiceKind::BuiltIn)
        co_return DefinitionInfo{name, {}, {}, m_values.value(name).first, {}};
    const auto [values, changes] = m_values.value(name, {{{Key("group"), m_services.value(name).group}}, {}});
    co_return DefinitionInfo{name, QStringLiteral("/fake/config/services/%1.toml").arg(name), m_texts.value(name), values, changes};
}

Task<Result<ActionResult>> FakeSession::add(AddRequest request)
{
    const auto entered = co_await enter(QStringLiteral("add"), toJson(request));
    if (!entered)
        co_return fail(entered.error());
    if (m_services.contains(request.name))
        co_return fail(ErrorKind::Refused, "there is a service `" + request.name.toStdString() + "` already");
    if (const auto wrong = wrongWith(request.name, request.text))
        co_return fail(*wrong);
    applyText(request.name, request.text);
    ActionResult result;
    result.name = request.name;
    const ServiceInfo service = m_services.value(request.name);
    if (request.start && service.kind != ServiceKind::Manual && service.state != ServiceState::Disabled) {
        ActionRequest start;
        start.trigger = request.trigger;
        co_await startOne(request.name, start, &result);
    }
    result.state = m_services.value(request.name).state;
    co_return result;
}

Task<Result<ActionResult>> FakeSession::update(UpdateRequest request)
{
    const auto entered = co_await enter(QStringLiteral("update"), toJson(request));
    if (!entered)
        co_return fail(entered.error());
    if (const auto here = known(request.name); !here)
        co_return fail(here.error());
    QString text = request.text.value_or(m_texts.value(request.name));
    for (const KeyEdit& edit : request.edits) {
        const auto next = makeChange(text.toStdString(), request.name.toStdString() + ".toml", {edit.key.toStdString(), edit.value.toStdString()});
        if (!next)
            co_return fail(next.error());
        text = QString::fromStdString(*next);
    }
    if (const auto wrong = wrongWith(request.name, text))
        co_return fail(*wrong);
    m_undo.append({request.name, m_texts.value(request.name), false});
    applyText(request.name, text);
    ActionResult result;
    result.name = request.name;
    result.state = m_services.value(request.name).state;
    co_return result;
}

Task<Result<ActionResult>> FakeSession::remove(QString name)
{
    const auto entered = co_await enter(QStringLiteral("remove"), {{Key("name"), name}});
    if (!entered)
        co_return fail(entered.error());
    if (const auto here = known(name); !here)
        co_return fail(here.error());
    co_await stopOne(name, Outcome::Stopped, {}, true);
    m_undo.append({name, m_texts.value(name), true});
    drop(name);
    ActionResult result;
    result.name = name;
    co_return result;
}

Task<Result<QString>> FakeSession::undo()
{
    if (const auto entered = co_await enter(QStringLiteral("undo"), {}); !entered)
        co_return fail(entered.error());
    if (m_undo.isEmpty())
        co_return fail(ErrorKind::Refused, "there is nothing to take back");
    const Undo last = m_undo.takeLast();
    applyText(last.name, last.text);
    co_return (last.wasRemoved ? QStringLiteral("%1 is back") : QStringLiteral("the edit of %1 is taken back")).arg(last.name);
}

Task<Result<GoodVersion>> FakeSession::restore(QString name, bool dryRun)
{
    const auto entered = co_await enter(QStringLiteral("restore"), {{Key("name"), name}, {Key("dry_run"), dryRun}});
    if (!entered)
        co_return fail(entered.error());
    if (const auto here = known(name); !here)
        co_return fail(here.error());
    if (!m_good.contains(name))
        co_return fail(ErrorKind::Refused, "there is nothing to restore");
    const GoodVersion good = m_good.value(name);
    if (!dryRun) {
        m_undo.append({name, m_texts.value(name), false});
        mend(name, good.text);
    }
    co_return good;
}

Task<Result<QList<Diagnostic>>> FakeSession::check(QString name, QString text)
{
    const auto entered = co_await enter(QStringLiteral("check"), {{Key("name"), name}, {Key("text"), text}});
    if (!entered)
        co_return fail(entered.error());
    QList<Diagnostic> found;
    if (const auto wrong = wrongWith(name, text))
        found.append({true, QString::fromStdString(wrong->message), QString::fromStdString(wrong->file), wrong->line, wrong->column});
    co_return found;
}

Task<Result<SchedulePreview>> FakeSession::previewSchedule(QString text, int count)
{
    const auto entered = co_await enter(QStringLiteral("previewSchedule"), {{Key("text"), text}, {Key("count"), count}});
    if (!entered)
        co_return fail(entered.error());
    const auto echo = echoSchedule(text.toStdString(), {}, now(), count);
    if (!echo)
        co_return fail(echo.error());
    SchedulePreview preview;
    preview.sentence = QString::fromStdString(echo->sentence);
    for (const WallTime at : echo->times)
        preview.times.append(at);
    for (const std::string& warning : echo->warnings)
        preview.warnings.append(QString::fromStdString(warning));
    co_return preview;
}

} // namespace turnspit
