#include <ui/window/windowmemory.h>

#include <turnspit/async/wait.h>

#include <QSettings>

using namespace std::chrono_literals;

namespace turnspit {

WindowMemory::WindowMemory(QString file, QObject* parent) : QObject(parent), m_file(std::move(file))
{
    m_pool.setMaxThreadCount(1); // one write after the other
    if (m_file.isEmpty())
        return;
    const QSettings settings(m_file, QSettings::IniFormat);
    for (const QString& key : settings.allKeys())
        m_values.insert(key, settings.value(key));
}

WindowMemory::~WindowMemory()
{
    write();
    m_pool.waitForDone();
}

void WindowMemory::set(const QString& key, const QVariant& value)
{
    if (m_values.value(key) == value)
        return;
    m_values.insert(key, value);
    m_changed.insert(key, value);
    if (!std::exchange(m_writing, true))
        m_tasks.spawn(writeLater());
}

Task<> WindowMemory::writeLater()
{
    co_await delay(1s);
    m_writing = false;
    write();
}

void WindowMemory::write()
{
    if (m_file.isEmpty() || m_changed.isEmpty())
        return;
    m_pool.start([file = m_file, changed = std::exchange(m_changed, {})] {
        QSettings settings(file, QSettings::IniFormat);
        for (auto value = changed.begin(); value != changed.end(); ++value)
            settings.setValue(value.key(), value.value());
    });
}

} // namespace turnspit
