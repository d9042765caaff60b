#include <turnspit/services/wishes.h>

#include <turnspit/config/textfile.h>

#include <QJsonDocument>
#include <QJsonObject>

#include <cstdio>

#include <unistd.h>

namespace turnspit {

Result<> Wishes::load(const std::string& file)
{
    m_file = file;
    m_wishes.clear();
    m_dirty = false;
    if (::access(file.c_str(), F_OK) != 0)
        return {};
    auto text = readTextFile(file);
    if (!text)
        return fail(text.error());
    QJsonParseError parse;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromStdString(*text), &parse);
    if (!document.isObject()) {
        const std::string aside = file + ".damaged";
        std::rename(file.c_str(), aside.c_str());
        return fail("the remembered wishes in " + file + " cannot be read (" + parse.errorString().toStdString() +
                    "); the file is now " + aside + ", and services that were stopped by hand start again");
    }
    const QJsonObject object = document.object();
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QJsonObject entry = it.value().toObject();
        Wish wish{entry.value(QLatin1String("stopped")).toBool(), entry.value(QLatin1String("held")).toBool(),
                  std::nullopt};
        if (wish.held)
            wish.heldUntil = parseRfc3339(entry.value(QLatin1String("held_until")).toString().toStdString());
        if (wish != Wish{})
            m_wishes.emplace(it.key().toStdString(), wish);
    }
    return {};
}

Wishes::Wish Wishes::of(const std::string& service) const
{
    const auto it = m_wishes.find(service);
    return it == m_wishes.end() ? Wish{} : it->second;
}

void Wishes::set(const std::string& service, Wish wish)
{
    if (of(service) == wish)
        return;
    m_dirty = true;
    if (wish == Wish{})
        m_wishes.erase(service);
    else
        m_wishes[service] = wish;
}

Result<> Wishes::save()
{
    if (!m_dirty)
        return {};
    QJsonObject object;
    for (const auto& [service, wish] : m_wishes) {
        QJsonObject entry;
        if (wish.stopped)
            entry.insert(QLatin1String("stopped"), true);
        if (wish.held)
            entry.insert(QLatin1String("held"), true);
        if (wish.heldUntil)
            entry.insert(QLatin1String("held_until"), QString::fromStdString(formatRfc3339(*wish.heldUntil)));
        object.insert(QString::fromStdString(service), entry);
    }
    auto written = writeTextFile(m_file, QJsonDocument(object).toJson().toStdString());
    if (written)
        m_dirty = false;
    return written;
}

} // namespace turnspit
