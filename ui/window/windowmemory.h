#pragma once

#include <turnspit/async/taskscope.h>

#include <QObject>
#include <QThreadPool>
#include <QVariantMap>

namespace turnspit {

/// What the window remembers from one time to the next, in an ini file. Read once, when it is made; written by a thread of its own,
/// a second after a change and at the end, so that the window never waits for a disk.
class WindowMemory final : public QObject
{
    Q_OBJECT
public:
    /// "": nothing is remembered beyond this object.
    explicit WindowMemory(QString file, QObject* parent = nullptr);
    ~WindowMemory() override;

    [[nodiscard]] QVariant value(const QString& key) const { return m_values.value(key); }
    void set(const QString& key, const QVariant& value);

private:
    Task<> writeLater();
    void write();

    QString m_file;
    QVariantMap m_values;
    QVariantMap m_changed; ///< not written yet
    bool m_writing = false;
    QThreadPool m_pool;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
