#pragma once

#include <turnspit/base/time.h>

#include <QList>
#include <QWidget>

#include <functional>
#include <optional>

namespace turnspit {

/// A figure over the last minutes or hours as a painted line without axes: its name and value above, the most and the least beside it. Those
/// who hear it get one sentence with the same facts.
class Sparkline final : public QWidget
{
    Q_OBJECT
public:
    struct Point
    {
        WallTime time{};
        std::optional<double> value; ///< nothing: a gap from here on
    };
    /// How the value is said: "2.1 %".
    using Words = std::function<QString(double)>;

    /// `fromZero`: the line stands on zero, else on its least value.
    Sparkline(const QString& title, Words words, bool fromZero, QWidget* parent = nullptr);

    /// Oldest first; each value holds until the next point, the last one until `now`. The line goes back so far as `span`.
    void setPoints(QList<Point> points, WallTime now, std::chrono::minutes span);

    /// "CPU: now 2.1 %, between 0.1 % and 5.2 % in the last 10 minutes".
    [[nodiscard]] QString sentence() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Range
    {
        double least = 0;
        double most = 0;
    };
    [[nodiscard]] std::optional<Range> range() const;
    [[nodiscard]] std::optional<double> current() const;

    QString m_title;
    Words m_words;
    bool m_fromZero;
    QList<Point> m_points;
    WallTime m_now{};
    std::chrono::minutes m_span{10};
};

} // namespace turnspit
