#pragma once

#include <turnspit/control/values.h>

#include <QFrame>

namespace turnspit {

/// All that is known of the host, in a popup that goes with the next click elsewhere. objectName hostDetails.
class HostDetails final : public QFrame
{
    Q_OBJECT
public:
    HostDetails(const HostInfo& host, const QString& connection, QWidget* parent);

    /// Over `place`, at its right end.
    void showAbove(const QWidget& place);
};

} // namespace turnspit
