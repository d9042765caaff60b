#include <ui/window/hostdetails.h>

#include <ui/text/words.h>

#include <QFormLayout>
#include <QLabel>
#include <QScreen>

#include <algorithm>

namespace turnspit {

HostDetails::HostDetails(const HostInfo& host, const QString& connection, QWidget* parent) : QFrame(parent, Qt::Popup)
{
    setObjectName(QStringLiteral("hostDetails"));
    setAccessibleName(tr("About the host"));
    setAttribute(Qt::WA_DeleteOnClose);
    setFrameShape(QFrame::StyledPanel);
    auto* form = new QFormLayout(this);
    const auto row = [&](const QString& name, const QString& value) {
        if (value.isEmpty())
            return;
        auto* label = new QLabel(value, this);
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setAccessibleDescription(name); // its name is what it says
        form->addRow(name, label);
    };
    row(tr("Host"), tr("%1 %2, pid %3", "program, version, process id").arg(host.host, host.version).arg(host.pid));
    row(tr("Running since"), words::moment(host.since));
    row(tr("Connection"), connection);
    row(tr("Keeper of the processes"), host.keeper);
    row(tr("Settings"), host.configDir);
    row(tr("State and logs"), host.stateDir);
    row(tr("Disk for logs"), host.logBytes > 0 ? words::memory(host.logBytes) : tr("not measured yet"));
    row(tr("Problems"), host.problems.join(QLatin1Char('\n')));
}

void HostDetails::showAbove(const QWidget& place)
{
    const QRect room = place.screen()->availableGeometry();
    const int width = std::min(std::max(sizeHint().width(), 68 * fontMetrics().averageCharWidth()), room.width());
    resize(width, std::min(layout()->totalHeightForWidth(width), room.height()));
    const QPoint corner = place.mapToGlobal(QPoint(place.width(), 0));
    move(std::clamp(corner.x() - width, room.left(), std::max(room.left(), room.right() - width)),
         std::max(room.top(), corner.y() - height()));
    show();
}

} // namespace turnspit
