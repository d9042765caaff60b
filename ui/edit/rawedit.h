#pragma once

#include <QMap>
#include <QPlainTextEdit>

namespace turnspit {

/// Plain text with line numbers and signs beside the lines that have something wrong.
class RawEdit final : public QPlainTextEdit
{
    Q_OBJECT
public:
    enum class Sign { Warning, Error };

    explicit RawEdit(QWidget* parent = nullptr);

    /// By line, from 1.
    void setSigns(const QMap<int, Sign>& signs);
    [[nodiscard]] const QMap<int, Sign>& signs() const { return m_signs; }

    /// Both from 1; 0 is the first.
    void goTo(int line, int column);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    friend class RawMargin;
    void paintMargin(QPaintEvent& event);
    [[nodiscard]] int marginWidth() const;
    void updateMargin();
    void markLines();

    QWidget* m_margin;
    QMap<int, Sign> m_signs;
};

} // namespace turnspit
