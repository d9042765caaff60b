#pragma once

#include <turnspit/control/values.h>

#include <QTimer>
#include <QWidget>

#include <optional>

namespace turnspit {

/// The icon of a state, and while a stop with a known limit is under way the ring of the time that is left, at most four times a
/// second and only while it can be seen.
class StateMark final : public QWidget
{
    Q_OBJECT
public:
    explicit StateMark(QWidget* parent = nullptr);

    /// Null: nothing. `flags`: of the service, shown as its badge. `began`: of the stop.
    void show(std::optional<ServiceState> state, const QStringList& flags = {}, std::optional<StopInfo> stop = {}, WallTime began = {});

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void updateTimer();

    std::optional<ServiceState> m_state;
    QStringList m_flags;
    std::optional<StopInfo> m_stop;
    WallTime m_began{};
    QTimer m_timer;
};

} // namespace turnspit
