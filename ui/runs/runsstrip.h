#pragma once

#include <turnspit/base/ids.h>
#include <turnspit/base/states.h>
#include <turnspit/base/time.h>

#include <QList>
#include <QWidget>

#include <chrono>
#include <optional>
#include <vector>

namespace turnspit {

class RunModel;
struct RunInfo;

/// The runs of one service along the time, an hour to thirty days of it: bars with the shape of the outcome at their ends, shapes alone
/// for what was missed or skipped, hollow bars for what is planned within the next day. Runs beside each other get lanes of their own.
///
/// The wheel zooms, dragging pans, a click chooses a run; with the keyboard: left and right, plus and minus, End for now. It stays
/// with the present until it is panned.
class RunsStrip final : public QWidget
{
    Q_OBJECT
public:
    static constexpr std::chrono::seconds shortest{3600};
    static constexpr std::chrono::seconds longest{30 * 86400};
    static constexpr std::chrono::hours plannedAhead{24};

    /// Shows all runs of the model, and what it says about more.
    explicit RunsStrip(const RunModel& runs, QWidget* parent = nullptr);

    /// Rising.
    void setPlanned(const QList<WallTime>& times);
    /// How long a planned run is drawn, in seconds.
    void setUsual(std::optional<double> seconds);
    void setSelected(std::optional<RunId> run);
    /// Where the run is out of sight, it is looked for.
    void reveal(RunId run);

    /// How much time is shown.
    void setSpan(std::chrono::seconds span);
    [[nodiscard]] std::chrono::seconds span() const { return m_span; }

    /// Back to the present, and with it from now on.
    void showNow();
    [[nodiscard]] bool isAtNow() const { return !m_end; }

    [[nodiscard]] WallTime from() const { return until() - m_span; }
    [[nodiscard]] WallTime until() const;

    /// The present has moved on.
    void tick();

    /// "14 in 1 d 0 h: 12 succeeded, 2 failed, 4 planned".
    [[nodiscard]] QString summary() const;

    /// Null where none is near.
    [[nodiscard]] const RunInfo* runAt(const QPoint& place) const;
    [[nodiscard]] double xOf(WallTime time) const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void windowChanged();
    void runClicked(turnspit::RunId run);

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Bar;
    void changed();
    void lookAt(WallTime until);
    void zoom(double factor, WallTime anchor);
    [[nodiscard]] WallTime timeAt(double x) const;
    [[nodiscard]] int axisHeight() const;
    [[nodiscard]] std::vector<Bar> bars() const;
    void paintAxis(QPainter& painter) const;
    void paintPlanned(QPainter& painter) const;
    void paintBars(QPainter& painter) const;
    void paintUnknownPast(QPainter& painter) const;

    const RunModel& m_runs;
    QList<WallTime> m_planned;
    std::optional<double> m_usual;
    std::optional<RunId> m_selected;
    std::chrono::seconds m_span{24 * 3600};
    std::optional<WallTime> m_end; ///< nothing: the present, with a quarter of the span ahead
    double m_nowDrawnAt = -1;
    std::optional<QPoint> m_pressed;
    WallTime m_endWhenPressed{};
    bool m_panning = false;
};

} // namespace turnspit
