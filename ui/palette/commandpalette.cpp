#include <ui/palette/commandpalette.h>

#include <ui/palette/palettemodel.h>
#include <ui/text/announce.h>
#include <ui/text/elidedlabel.h>
#include <ui/theme/icons.h>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <utility>

namespace turnspit {
namespace {

constexpr int rowsShown = 10;

/// Icon and text as in any list; the keys at the end of the row, and why not after the text.
class RowPainter final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QSize size = QStyledItemDelegate::sizeHint(option, index);
        size.setHeight(std::max(size.height() + 6, 26));
        return size;
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QStyleOptionViewItem row = option;
        initStyleOption(&row, index);
        const QString why = index.data(PaletteModel::WhyRole).toString();
        const QString keys = index.data(PaletteModel::KeysRole).toString();
        if (!why.isEmpty())
            row.state &= ~QStyle::State_Enabled;
        if (row.icon.isNull()) { // its text stands below the others all the same
            row.features |= QStyleOptionViewItem::HasDecoration;
            row.decorationSize = option.decorationSize;
        }
        const QStyle& style = *option.widget->style();
        const QRect textRect = style.subElementRect(QStyle::SE_ItemViewItemText, &row, option.widget);
        const QFontMetrics metrics(row.font);
        const int gap = metrics.averageCharWidth() * 2;
        const int keysWidth = keys.isEmpty() ? 0 : metrics.horizontalAdvance(keys) + gap;
        const int room = textRect.width() - keysWidth - gap;
        const QString text = metrics.elidedText(row.text, Qt::ElideRight, room);
        row.text = text;
        style.drawControl(QStyle::CE_ItemViewItem, &row, painter, option.widget);

        const bool selected = row.state & QStyle::State_Selected;
        painter->save();
        painter->setFont(row.font);
        painter->setPen(row.palette.color(selected ? QPalette::HighlightedText : QPalette::PlaceholderText));
        const QRect inside = textRect.adjusted(gap / 4, 0, -gap / 2, 0);
        const auto direction = [&](const QRect& rect) { return QStyle::visualRect(row.direction, inside, rect); };
        if (!keys.isEmpty())
            painter->drawText(direction(inside),
                              static_cast<int>(Qt::AlignVCenter | QStyle::visualAlignment(row.direction, Qt::AlignRight)), keys);
        const int used = metrics.horizontalAdvance(text) + gap;
        if (const int left = inside.width() - used - keysWidth; !why.isEmpty() && left > gap * 2) {
            const QRect rest(inside.left() + used, inside.top(), left, inside.height());
            painter->drawText(direction(rest),
                              static_cast<int>(Qt::AlignVCenter | QStyle::visualAlignment(row.direction, Qt::AlignLeft)),
                              metrics.elidedText(why, Qt::ElideRight, left));
        }
        painter->restore();
    }
};

} // namespace

CommandPalette::CommandPalette(QWidget& window)
    : QFrame(&window), m_model(new PaletteModel(this)), m_edit(new QLineEdit(this)), m_list(new QListView(this)),
      m_hint(new ElidedLabel(this))
{
    setObjectName(QStringLiteral("palette"));
    setAccessibleName(tr("Command palette"));
    setFrameStyle(QFrame::StyledPanel | QFrame::Raised);
    setAutoFillBackground(true);

    m_edit->setObjectName(QStringLiteral("paletteEdit"));
    m_edit->setAccessibleName(tr("What to do"));
    m_edit->setPlaceholderText(tr("What to do, such as “restart mailer”"));
    m_edit->addAction(actionIcon(QStringLiteral("palette")), QLineEdit::LeadingPosition)->setText(tr("What to do"));
    m_edit->installEventFilter(this);

    m_list->setObjectName(QStringLiteral("paletteList"));
    m_list->setAccessibleName(tr("What can be done"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new RowPainter(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus); // the line keeps it, and its keys choose here

    m_hint->setObjectName(QStringLiteral("paletteHint"));
    m_hint->setForegroundRole(QPalette::PlaceholderText);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->setSpacing(4);
    layout->addWidget(m_edit);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_hint);

    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::search);
    connect(m_list, &QListView::clicked, this, &CommandPalette::run);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &CommandPalette::showHint);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        if (isVisible() && now && now != this && !isAncestorOf(now)) {
            m_focusBefore = nullptr; // it is where the person put it
            hide();
        }
    });
    window.installEventFilter(this);
    hide();
}

void CommandPalette::open(QList<ServiceInfo> services, const QString& current, bool live, const QList<QAction*>& actions)
{
    m_search.setServices(std::move(services), current, live);
    m_search.setActions(actions);
    if (!isVisible())
        m_focusBefore = QApplication::focusWidget();
    m_edit->clear();
    search();
    place();
    show();
    raise();
    m_edit->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::hideEvent(QHideEvent* event)
{
    QFrame::hideEvent(event);
    if (QWidget* const before = std::exchange(m_focusBefore, nullptr))
        before->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::search()
{
    m_model->show(m_search.find(m_edit->text()), m_search.verbs());
    m_list->setCurrentIndex(m_model->index(0));
    m_list->scrollToTop();
    showHint();
}

void CommandPalette::showHint()
{
    const PaletteHit* const hit = m_model->at(m_list->currentIndex().row());
    QString hint;
    if (!hit)
        hint = m_edit->text().trimmed().isEmpty() ? QString() : tr("Nothing fits ‘%1’.").arg(m_edit->text().trimmed());
    else if (!hit->why.isEmpty())
        hint = hit->why;
    else if (!hit->commandLine.isEmpty())
        hint = tr("%1 — Ctrl+C copies it", "a command line").arg(hit->commandLine);
    m_hint->setText(hint);
    m_hint->setAccessibleDescription(hint);
    // The focus stays in the line, so what is chosen below it has to be said.
    const QString spoken = hit ? m_list->currentIndex().data(Qt::AccessibleTextRole).toString() : hint;
    announce(*m_hint, spoken);
}

void CommandPalette::place()
{
    const QWidget& window = *parentWidget();
    const int width = std::min(fontMetrics().averageCharWidth() * 90, window.width() - 40);
    const int rowHeight = std::max(m_list->sizeHintForRow(0), fontMetrics().height() + 6);
    const int around =
        m_edit->sizeHint().height() + m_hint->sizeHint().height() + 2 * layout()->spacing() + 2 * frameWidth() + 12;
    const int height = std::min(rowHeight * rowsShown + around + 4, window.height() - 40);
    setGeometry((window.width() - width) / 2, std::max(20, window.height() / 10), width, height);
    if (geometry().bottom() > window.height() - 10)
        QWidget::move(x(), std::max(0, window.height() - 10 - height));
}

bool CommandPalette::isKeyOfOurs(int key, Qt::KeyboardModifiers modifiers) const
{
    switch (key) {
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
    case Qt::Key_Tab:
    case Qt::Key_Backtab:
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Escape:
        return true;
    case Qt::Key_C:
        return modifiers == Qt::ControlModifier && !m_edit->hasSelectedText();
    default:
        return false;
    }
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible())
        place();
    if (watched != m_edit || (event->type() != QEvent::KeyPress && event->type() != QEvent::ShortcutOverride))
        return QFrame::eventFilter(watched, event);
    auto& press = static_cast<QKeyEvent&>(*event);
    if (!isKeyOfOurs(press.key(), press.modifiers()))
        return QFrame::eventFilter(watched, event);
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept(); // the window's own use of the key waits
        return true;
    }
    switch (press.key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        run();
        break;
    case Qt::Key_Escape:
        hide();
        break;
    case Qt::Key_C:
        copy();
        break;
    default:
        move(press.key());
    }
    return true;
}

void CommandPalette::move(int key)
{
    const int count = m_model->rowCount();
    if (count == 0)
        return;
    int row = m_list->currentIndex().row();
    switch (key) {
    case Qt::Key_Up:
    case Qt::Key_Backtab:
        row = (row + count - 1) % count;
        break;
    case Qt::Key_Down:
    case Qt::Key_Tab:
        row = (row + 1) % count;
        break;
    case Qt::Key_PageUp:
        row = std::max(0, row - rowsShown);
        break;
    default:
        row = std::min(count - 1, row + rowsShown);
    }
    m_list->setCurrentIndex(m_model->index(row));
}

void CommandPalette::run()
{
    const PaletteHit* const found = m_model->at(m_list->currentIndex().row());
    if (!found || !found->why.isEmpty())
        return;
    const PaletteHit hit = *found;
    hide(); // what is done may open a question, which then has the focus
    if (hit.action)
        hit.action->trigger();
    else if (hit.verb >= 0)
        m_search.verbs()[hit.verb].run(hit.service);
}

void CommandPalette::copy()
{
    const PaletteHit* const hit = m_model->at(m_list->currentIndex().row());
    if (!hit || hit->commandLine.isEmpty()) {
        m_hint->setText(tr("No command line does this."));
        return;
    }
    QGuiApplication::clipboard()->setText(hit->commandLine);
    m_hint->setText(tr("Copied: %1", "a command line").arg(hit->commandLine));
    announce(*m_hint, m_hint->text());
}

} // namespace turnspit
