#include <ui/logs/logaccess.h>

#include <ui/logs/logview.h>

#include <QAccessibleWidget>

#include <optional>

namespace turnspit {
namespace {

class LogAccess final : public QAccessibleWidget, public QAccessibleTextInterface
{
public:
    explicit LogAccess(LogView& view) : QAccessibleWidget(&view, QAccessible::Document), m_view(view) {}

    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::TextInterface ? static_cast<QAccessibleTextInterface*>(this) : QAccessibleWidget::interface_cast(type);
    }

    QAccessible::State state() const override
    {
        QAccessible::State state = QAccessibleWidget::state();
        state.readOnly = true;
        state.multiLine = true;
        return state;
    }

    int selectionCount() const override { return m_view.selection() ? 1 : 0; }

    void selection(int selectionIndex, int* startOffset, int* endOffset) const override
    {
        *startOffset = *endOffset = 0;
        if (selectionIndex != 0 || !m_view.selection())
            return;
        std::optional<int> start;
        int offset = 0;
        for (const auto& [number, text] : m_view.shownLines()) {
            const int end = offset + static_cast<int>(text.size());
            if (number >= m_view.selection()->first() && number <= m_view.selection()->last()) {
                start = start.value_or(offset);
                *endOffset = end;
            }
            offset = end + 1;
        }
        *startOffset = start.value_or(0);
    }

    // Lines are selected by their numbers, with the keys of the view; pieces of what is on the screen are not.
    void addSelection(int, int) override {}
    void removeSelection(int) override {}
    void setSelection(int, int, int) override {}
    void setCursorPosition(int) override {}
    void scrollToSubstring(int, int) override {}

    int cursorPosition() const override
    {
        int start = 0;
        int end = 0;
        selection(0, &start, &end);
        return m_view.selection() && m_view.selection()->end == m_view.selection()->first() ? start : end;
    }

    using QAccessibleWidget::text;
    QString text(int startOffset, int endOffset) const override { return all().mid(startOffset, endOffset - startOffset); }
    int characterCount() const override { return static_cast<int>(all().size()); }
    QRect characterRect(int) const override { return {}; }
    int offsetAtPoint(const QPoint&) const override { return -1; }

    QString attributes(int, int* startOffset, int* endOffset) const override
    {
        *startOffset = 0;
        *endOffset = characterCount();
        return {};
    }

private:
    QString all() const
    {
        QStringList lines;
        for (const auto& [number, text] : m_view.shownLines())
            lines.append(text);
        return lines.join(QLatin1Char('\n'));
    }

    LogView& m_view;
};

} // namespace

QAccessibleInterface* logAccess(const QString&, QObject* object)
{
    auto* const view = qobject_cast<LogView*>(object);
    return view ? new LogAccess(*view) : nullptr;
}

} // namespace turnspit
