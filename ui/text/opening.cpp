#include <ui/text/opening.h>

#include <QAbstractItemView>
#include <QKeyEvent>

namespace turnspit {
namespace {

class Opening final : public QObject
{
public:
    Opening(QAbstractItemView& view, std::function<void(const QModelIndex& index)> open) : QObject(&view), m_view(view), m_open(std::move(open))
    {
        view.installEventFilter(this);
        connect(&view, &QAbstractItemView::doubleClicked, this, [this](const QModelIndex& index) { m_open(index); });
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (watched != &m_view || event->type() != QEvent::KeyPress || !m_view.currentIndex().isValid())
            return false;
        const auto* const press = static_cast<QKeyEvent*>(event);
        const bool isEnter = press->key() == Qt::Key_Return || press->key() == Qt::Key_Enter;
        if (!isEnter || (press->modifiers() & ~Qt::KeypadModifier))
            return false;
        m_open(m_view.currentIndex());
        return true;
    }

private:
    QAbstractItemView& m_view;
    std::function<void(const QModelIndex& index)> m_open;
};

} // namespace

void onOpening(QAbstractItemView& view, std::function<void(const QModelIndex& index)> open)
{
    new Opening(view, std::move(open));
}

} // namespace turnspit
