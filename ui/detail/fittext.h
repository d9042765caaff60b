#pragma once

#include <QPlainTextEdit>

namespace turnspit {

/// Text to read and to copy that is as high as its content: it wraps anywhere rather than cut anything, and scrolls with the page that it
/// stands on. Monospaced and from left to right: commands, paths, output.
///
/// While something is selected the text stays as it is; what came meanwhile is shown when the selection goes.
class FitText final : public QPlainTextEdit
{
    Q_OBJECT
public:
    explicit FitText(QWidget* parent = nullptr);

    void setShown(const QString& text);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void fit();

    std::optional<QString> m_waiting;
};

} // namespace turnspit
