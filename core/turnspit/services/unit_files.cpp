#include <turnspit/services/unit.h>

namespace turnspit {

void Unit::define(Definition definition)
{
    const bool wasDisabled = m_definition && newestDefinition().disabled;
    m_fileError.clear();
    m_removed = false;
    const auto fresh = std::make_shared<const Definition>(std::move(definition));
    const auto before = m_definition;
    const bool otherFile = m_live && m_live->definitionPrint != 0 && m_live->definitionPrint != fingerprint(*fresh);
    const bool concernsTheRun = m_live && before && (otherFile || m_live->definitionPrint == 0) &&
                                !(before->kind() == fresh->kind() && equalForRun(*before, *fresh));
    m_next = concernsTheRun ? fresh : nullptr;
    if (!concernsTheRun) {
        m_definition = fresh;
        m_tracker.setPolicy(fresh->restart);
    }
    if (m_live) {
        m_live->otherFile = otherFile;
        if (!m_live->definition)
            m_live->definition = m_definition;
        if (fresh->disabled) {
            disarm();
            dropPending(Outcome::Skipped, "disabled");
        } else if (m_definition->kind() == ServiceKind::Scheduled) {
            if (isArmed() && before && before->schedule != m_definition->schedule)
                armChanged(before->schedule);
            else if (!isArmed() && (wasDisabled || !before) && !m_stopWanted && isWantedByHost())
                arm(wasDisabled ? Series::New : Series::GoOn); // nothing was missed while it was disabled
        }
        if (std::exchange(m_startWhenMended, false))
            startWithHost();
        notify();
        return;
    }
    if (!before) {
        m_reason = m_last && m_last->outcome != Outcome::Succeeded ? m_last->reason : std::string();
        becomeIdle();
        m_startWhenMended = false;
        if (m_everStarted)
            startWithHost();
        return;
    }
    if (m_state == ServiceState::Invalid) {
        m_reason = m_last && m_last->outcome != Outcome::Succeeded ? m_last->reason : std::string();
        setState(m_mendedState); // a file that was broken for a while starts nothing
        if (std::exchange(m_startWhenMended, false)) {
            startWithHost();
            return;
        }
    }
    const bool otherTimes = !sameTimes(before->schedule, fresh->schedule);
    const bool hadItsTime =
        m_oneTimeDone && (m_state == ServiceState::Completed || m_state == ServiceState::Failed);
    if (otherTimes) {
        // What another schedule has had says nothing about this one.
        m_lastPlanned.reset();
        m_oneTimeDone = false;
    }
    if (fresh->disabled) {
        m_retryTimer->stop();
        m_retryAt.reset();
        disarm();
        setState(ServiceState::Disabled);
        return;
    }
    const bool active = isArmed() || m_state == ServiceState::BackingOff;
    if (before->disabled || (active && before->kind() != fresh->kind())) {
        m_retryTimer->stop();
        m_retryAt.reset();
        disarm();
        becomeIdle();
        if (active && !fresh->manual)
            startAgain(Trigger::Start);
        return;
    }
    // Where its one time was over, another time is another wish.
    if (otherTimes && (isArmed() || (hadItsTime && fresh->schedule && !m_stoppedByPerson)))
        arm(Series::New);
    else if (isArmed() && before->schedule != fresh->schedule)
        armChanged(before->schedule);
    notify();
}

void Unit::breakFile(std::string reason)
{
    m_fileError = std::move(reason);
    m_removed = false;
    if (m_live || isArmed() || m_state == ServiceState::BackingOff)
        notify();
    else
        settle(m_state == ServiceState::Invalid ? m_mendedState : m_state);
}

void Unit::remove()
{
    m_removed = true;
    StopOptions options;
    options.byPerson = false;
    stop(options);
}

} // namespace turnspit
