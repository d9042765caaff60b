#pragma once

#include <turnspit/control/values.h>

namespace turnspit {

/// What may be worth telling about one service.
struct NoticeEvent
{
    enum class Kind {
        Failed,     ///< a run ended badly
        GaveUp,     ///< the limit of restarts was reached
        NotStopped, ///< killed after the limit, or something is alive even then
        Succeeded,  ///< a run ended well
        Resumed,    ///< no longer failed: somebody started it again
        Ended,      ///< somebody stopped it
    };
    Kind kind = Kind::Failed;
    ServiceInfo service; ///< as it is after that; `since` is the time of the event
};

/// What happened between two looks at a row, from its state and its last outcome; nothing where nothing did that is
/// told.
[[nodiscard]] std::optional<NoticeEvent> noticeEvent(const ServiceInfo& before, const ServiceInfo& after);

/// What went wrong, in few words of the host's and ours: "exit 3", "did not stop within 5s". Never what the service has
/// written.
[[nodiscard]] QString failureWords(const ServiceInfo& service);

} // namespace turnspit
