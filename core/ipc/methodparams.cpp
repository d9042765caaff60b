#include <ipc/methodparams.h>

namespace turnspit::wire {

Result<QString> required(const QJsonObject& params, const char* key)
{
    JsonFields fields(params);
    QString text;
    fields.read(key, text);
    if (!fields.isGiven(key))
        fields.wrong(key, "must be given");
    return fields.take(text);
}

Result<int> countIn(const QJsonObject& params, const char* key, int whenMissing, int most)
{
    JsonFields fields(params);
    int count = whenMissing;
    fields.read(key, count);
    if (count < 1 || count > most)
        fields.wrong(key, ("must be from 1 to " + std::to_string(most)).c_str());
    return fields.take(count);
}

Result<> checkTrigger(Trigger trigger)
{
    if (trigger == Trigger::Window || trigger == Trigger::Tray || trigger == Trigger::Ctl)
        return {};
    return fail(ErrorKind::Protocol, "`trigger` must be one of window, tray, ctl");
}

Result<Trigger> triggerIn(const QJsonObject& params)
{
    JsonFields fields(params);
    Trigger trigger = Trigger::Ctl;
    fields.readWord("trigger", trigger, triggerFromString);
    if (fields.error())
        return fail(*fields.error());
    if (const auto allowed = checkTrigger(trigger); !allowed)
        return fail(allowed.error());
    return trigger;
}

Result<RunId> runIdIn(const QJsonObject& params)
{
    JsonFields fields(params);
    RunId id;
    fields.read("id", id);
    if (!id)
        fields.wrong("id", "must be given");
    return fields.take(id);
}

} // namespace turnspit::wire
