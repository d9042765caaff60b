#include <ui/hosts/hostlist.h>

#include <ui/text/words.h>
#include <ui/theme/stateicon.h>

#include <QApplication>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace turnspit {
namespace {

enum Role { Key = Qt::UserRole, Summary };

/// The shape that says what there is to see about it.
ServiceState shapeOf(const HostEntry& host)
{
    switch (host.state) {
    case HostEntry::State::Answers:
        if (host.counts.failed > 0)
            return ServiceState::Failed;
        if (host.counts.running > 0)
            return ServiceState::Running;
        return host.counts.waiting > 0 ? ServiceState::Waiting : ServiceState::Stopped;
    case HostEntry::State::Silent: return ServiceState::BackingOff;
    case HostEntry::State::Ended: return ServiceState::Stopped;
    case HostEntry::State::Killed: return ServiceState::Failed;
    }
    return ServiceState::Stopped;
}

/// Name, and below it what there is to know, smaller.
class HostDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        const QFontMetrics small(smaller(option.font));
        return {20 * option.fontMetrics.averageCharWidth(), option.fontMetrics.height() + small.height() + 3 * padding};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QStyleOptionViewItem whole = option;
        initStyleOption(&whole, index);
        const QIcon icon = whole.icon;
        whole.text.clear();
        whole.icon = {};
        const QStyle& style = *(option.widget ? option.widget->style() : QApplication::style());
        style.drawControl(QStyle::CE_ItemViewItem, &whole, painter, option.widget);

        const bool selected = option.state.testFlag(QStyle::State_Selected);
        const bool active = option.state.testFlag(QStyle::State_Active);
        const auto group = active ? QPalette::Active : QPalette::Inactive;
        const QColor text = option.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Text);
        const QFont small = smaller(option.font);
        const int nameHeight = option.fontMetrics.height();
        const QRect inside = option.rect.adjusted(2 * padding, padding, -2 * padding, -padding);
        const bool mirrored = option.direction == Qt::RightToLeft;
        const int side = nameHeight;
        QRect square(inside.left(), inside.top(), side, side);
        QRect words = inside.adjusted(side + 2 * padding, 0, 0, 0);
        if (mirrored) {
            square.moveRight(inside.right());
            words = inside.adjusted(0, 0, -side - 2 * padding, 0);
        }
        painter->save();
        icon.paint(painter, square, Qt::AlignCenter, selected ? QIcon::Selected : QIcon::Normal);
        painter->setPen(text);
        painter->setFont(option.font);
        const auto align = QStyle::visualAlignment(option.direction, Qt::AlignLeft | Qt::AlignTop);
        painter->drawText(words, static_cast<int>(align), option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, words.width()));
        painter->setFont(small);
        words.setTop(words.top() + nameHeight + padding);
        painter->drawText(words, static_cast<int>(align),
                          QFontMetrics(small).elidedText(index.data(Summary).toString(), Qt::ElideRight, words.width()));
        painter->restore();
    }

private:
    static constexpr int padding = 4;

    static QFont smaller(QFont font)
    {
        if (font.pointSizeF() > 0)
            font.setPointSizeF(font.pointSizeF() * 0.9);
        return font;
    }
};

} // namespace

HostList::HostList(QWidget* parent) : QFrame(parent), m_view(new QListWidget(this)), m_dismiss(new QPushButton(tr("Remove ended"), this))
{
    setObjectName(QStringLiteral("hostList"));
    m_view->setObjectName(QStringLiteral("hostListView"));
    m_view->setAccessibleName(tr("Programs with services"));
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setItemDelegate(new HostDelegate(m_view));
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setUniformItemSizes(true);
    m_dismiss->setObjectName(QStringLiteral("hostDismissButton"));
    m_dismiss->setAccessibleName(tr("Remove ended programs from this list"));
    m_dismiss->setToolTip(tr("Removes programs that have ended from this list; their logs stay on disk"));
    m_dismiss->hide();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_dismiss);
    setFixedWidth(28 * fontMetrics().averageCharWidth());
    hide();

    connect(m_view, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        if (!item || item->data(Key).toString() == m_current)
            return;
        m_current = item->data(Key).toString();
        Q_EMIT chosen(m_current);
    });
    // A click beside the entries is no choice.
    connect(m_view, &QListWidget::itemSelectionChanged, this, [this] {
        if (m_view->selectedItems().isEmpty())
            QMetaObject::invokeMethod(this, &HostList::selectCurrent, Qt::QueuedConnection);
    });
    connect(m_dismiss, &QPushButton::clicked, this, [this] {
        QStringList over;
        for (const HostEntry& host : m_hosts) {
            if (host.isOver())
                over += host.key;
        }
        Q_EMIT dismissed(over);
    });
}

QString HostList::summary(const HostEntry& host, WallTime now)
{
    const QString at = host.at ? words::pointInTime(*host.at, now) : QString();
    switch (host.state) {
    case HostEntry::State::Answers: {
        if (host.counts.services == 0)
            return tr("no services");
        const QString services = tr("%n services", nullptr, host.counts.services);
        return host.counts.failed > 0 ? tr("%1, %n failed", "%1 is like: 3 services", host.counts.failed).arg(services) : services;
    }
    case HostEntry::State::Silent: return tr("does not answer");
    case HostEntry::State::Ended: return tr("ended, %1", "%1 is a time").arg(at);
    case HostEntry::State::Killed: return tr("was killed, %1", "%1 is a time").arg(at);
    }
    return {};
}

QString HostList::details(const HostEntry& host, WallTime now)
{
    QStringList parts{summary(host, now)};
    if (host.state == HostEntry::State::Answers && host.counts.running > 0)
        parts += tr("%n running", nullptr, host.counts.running);
    if (host.state == HostEntry::State::Answers && host.counts.waiting > 0)
        parts += tr("%n waiting", nullptr, host.counts.waiting);
    return parts.join(QStringLiteral(", "));
}

void HostList::refresh(QListWidgetItem& item, const HostEntry& host, WallTime now)
{
    const QString text = details(host, now);
    item.setText(host.name);
    item.setData(Summary, summary(host, now));
    item.setIcon(stateIcon(shapeOf(host)));
    item.setData(Qt::AccessibleTextRole, tr("%1, %2", "name of a program, its state").arg(host.name, text));
    item.setToolTip(tr("%1: %2", "name of a program, its state").arg(host.name, text));
}

void HostList::setHosts(const QList<HostEntry>& hosts, WallTime now)
{
    {
        const QSignalBlocker quiet(m_view);
        // What has gone goes, then each place gets what belongs there.
        for (int row = m_view->count() - 1; row >= 0; --row) {
            const QString key = m_view->item(row)->data(Key).toString();
            if (std::ranges::none_of(hosts, [&key](const HostEntry& host) { return host.key == key; }))
                delete m_view->takeItem(row);
        }
        for (int row = 0; row < hosts.size(); ++row) {
            QListWidgetItem* item = nullptr;
            for (int at = row; at < m_view->count() && !item; ++at) {
                if (m_view->item(at)->data(Key).toString() == hosts[row].key)
                    item = at == row ? m_view->item(at) : m_view->takeItem(at);
            }
            const bool isNew = !item;
            if (isNew) {
                item = new QListWidgetItem;
                item->setData(Key, hosts[row].key);
            }
            if (isNew || m_view->item(row) != item)
                m_view->insertItem(row, item);
            refresh(*item, hosts[row], now);
        }
        m_hosts = hosts;
        selectCurrent();
    }
    m_dismiss->setVisible(std::ranges::any_of(m_hosts, &HostEntry::isOver));
    setVisible(m_hosts.size() > 1);
}

void HostList::setCurrent(const QString& key)
{
    m_current = key;
    const QSignalBlocker quiet(m_view);
    selectCurrent();
}

void HostList::selectCurrent()
{
    for (int row = 0; row < m_view->count(); ++row) {
        if (m_view->item(row)->data(Key).toString() == m_current)
            m_view->setCurrentRow(row);
    }
}

} // namespace turnspit
