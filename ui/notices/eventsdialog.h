#pragma once

#include <turnspit/control/values.h>

#include <QDialog>

class QTreeWidget;

namespace turnspit {

/// What a notice is about, an event a line. Deletes itself when it is closed.
///
/// objectNames: eventsDialog, eventList, eventsShow.
class EventsDialog final : public QDialog
{
    Q_OBJECT
public:
    EventsDialog(const QString& title, const QList<HostEvent>& events, QWidget* parent);

Q_SIGNALS:
    void serviceRequested(const QString& service);

private:
    void showCurrent();

    QTreeWidget* m_list;
};

} // namespace turnspit
