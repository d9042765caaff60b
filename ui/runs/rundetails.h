#pragma once

#include <turnspit/control/values.h>

#include <QFrame>

class QLabel;
class QPushButton;

namespace turnspit {

/// One run in full: what came of it and why, who began it, when, how long against what is usual, what it used; and the way to its log.
///
/// objectNames: runDetails, runTitle, runReason, runFacts, runShowLog.
class RunDetails final : public QFrame
{
    Q_OBJECT
public:
    explicit RunDetails(QWidget* parent = nullptr);

    /// Nothing: asks to choose one. `usual`: what good runs take, in seconds.
    void setRun(const std::optional<RunInfo>& run, std::optional<double> usual);

    /// What is shown relative to now has moved on.
    void tick();

Q_SIGNALS:
    void logRequested(turnspit::RunId run);

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();
    [[nodiscard]] QString facts(const RunInfo& run) const;

    std::optional<RunInfo> m_run;
    std::optional<double> m_usual;
    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_reason;
    QLabel* m_facts;
    QPushButton* m_log;
};

} // namespace turnspit
