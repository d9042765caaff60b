#pragma once

#include <QLabel>

namespace turnspit {

/// A line of plain text that takes what room there is. Where that is too little it ends in an ellipsis and says all of it in a tool
/// tip; `text()`, and what is heard of it, is always all.
class ElidedLabel final : public QLabel
{
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget* parent = nullptr);

    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QString shown() const;
};

} // namespace turnspit
