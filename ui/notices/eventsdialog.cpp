#include <ui/notices/eventsdialog.h>

#include <ui/notices/pastevents.h>
#include <ui/text/opening.h>
#include <ui/text/words.h>
#include <ui/window/screenfit.h>

#include <turnspit/base/clock.h>

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace turnspit {
namespace {

enum Column { Time, Service, What };

} // namespace

EventsDialog::EventsDialog(const QString& title, const QList<HostEvent>& events, QWidget* parent)
    : QDialog(parent), m_list(new QTreeWidget(this))
{
    setObjectName(QStringLiteral("eventsDialog"));
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    m_list->setObjectName(QStringLiteral("eventList"));
    m_list->setAccessibleName(title);
    m_list->setHeaderLabels({tr("When"), tr("Service"), tr("What")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAlternatingRowColors(true);
    m_list->header()->setSectionResizeMode(Time, QHeaderView::ResizeToContents);
    m_list->header()->setSectionResizeMode(Service, QHeaderView::ResizeToContents);
    const WallTime now = Clock::current().wallNow();
    for (const HostEvent& event : events) {
        auto* const item = new QTreeWidgetItem({words::pointInTime(event.time, now), event.service, words::event(event, now)});
        item->setToolTip(Time, words::moment(event.time));
        item->setToolTip(What, event.text);
        m_list->addTopLevelItem(item);
    }

    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton* const shower = buttons->addButton(tr("Show runs"), QDialogButtonBox::ActionRole);
    shower->setObjectName(QStringLiteral("eventsShow"));
    shower->setAccessibleName(shower->text());
    const auto refresh = [this, shower] {
        shower->setEnabled(m_list->currentItem() && !m_list->currentItem()->text(Service).isEmpty());
    };
    connect(m_list, &QTreeWidget::currentItemChanged, this, refresh);
    onOpening(*m_list, [this](const QModelIndex&) { showCurrent(); });
    connect(shower, &QPushButton::clicked, this, &EventsDialog::showCurrent);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_list->setCurrentItem(m_list->topLevelItem(0));
    refresh();

    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(m_list);
    layout->addWidget(buttons);
    resizeOnScreen(*this, {80 * fontMetrics().averageCharWidth(), 20 * fontMetrics().height()});
}

void EventsDialog::showCurrent()
{
    const QTreeWidgetItem* const item = m_list->currentItem();
    if (!item || item->text(Service).isEmpty())
        return;
    Q_EMIT serviceRequested(item->text(Service));
    accept();
}

} // namespace turnspit
