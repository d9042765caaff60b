#pragma once

#include <ui/notices/notice.h>

#include <turnspit/base/clock.h>

#include <QObject>

#include <memory>
#include <optional>

namespace turnspit {

/// Keeps notices back until a time that a person has chosen: in front of the outlet that shows them. What is not true
/// any more by then, or was seen, is never told; of the rest a few are told one by one, many in one notice. The outlet
/// must outlive it; the end is a point of the wall clock, by the thread's clock.
class NoticeHold final : public QObject, public NoticeOutlet
{
    Q_OBJECT
public:
    explicit NoticeHold(NoticeOutlet& outlet, QObject* parent = nullptr);
    ~NoticeHold() override;

    /// An end in the past is none.
    void holdUntil(WallTime end);
    void resume();
    /// Null: they are told as they come.
    [[nodiscard]] std::optional<WallTime> end() const { return m_end; }

    void show(const Notice& notice) override;
    void close(const QString& key) override;

Q_SIGNALS:
    void changed();

private:
    void look();
    void tellKept();

    NoticeOutlet& m_outlet;
    Clock& m_clock;
    std::optional<WallTime> m_end;
    QList<Notice> m_kept; ///< in the order in which they came
    std::unique_ptr<ClockTimer> m_timer;
};

} // namespace turnspit
