#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QObject>

#include <optional>

class QWidget;

namespace turnspit {

class HostMirror;
class Refresher;

/// What a queue worker and its queue count, for a widget that shows it: asked for when it is told to look, at most once a second, and not
/// while the widget is hidden, nor for a service that is no queue worker.
class QueueFigures final : public QObject
{
    Q_OBJECT
public:
    /// Belongs to `shown`. Session and mirror must outlive it.
    QueueFigures(HostSession& session, const HostMirror& mirror, QWidget& shown);
    ~QueueFigures() override;

    /// "": no service.
    void open(const QString& service);
    void look();

    /// As they were when they came last; nullopt: none came yet, or the worker has never run.
    [[nodiscard]] const std::optional<QueueInfo>& figures() const { return m_figures; }

    /// "waiting 128 · in work 4 · later 2 · dead letters 1"
    [[nodiscard]] QString queueText() const;
    /// "done 9,204 · tried again 3 · given up 1"
    [[nodiscard]] QString workText() const;

Q_SIGNALS:
    void changed();

private:
    void ask();
    Task<> load(quint64 generation);

    HostSession& m_session;
    const HostMirror& m_mirror;
    QString m_service;
    std::optional<QueueInfo> m_figures;
    bool m_asking = false;
    quint64 m_generation = 0;
    Refresher* m_refresher;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
