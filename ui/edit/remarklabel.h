#pragma once

#include <turnspit/control/values.h>

#include <QWidget>

class QLabel;
class QPushButton;

namespace turnspit {

/// What is wrong with the field above it: a sign, the sentences, and a button where one edit would mend it. Takes no room where
/// nothing is wrong.
class RemarkLabel final : public QWidget
{
    Q_OBJECT
public:
    explicit RemarkLabel(QWidget* parent = nullptr);

    /// `offer`: what a button beside the remarks does that no edit of the file could; "" for none.
    void show(const QList<Remark>& remarks, const QString& offer = {});
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void fixRequested(const turnspit::KeyEdit& fix);
    void offerTaken();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void updateIcon();
    void fitHeight();

    QLabel* m_icon;
    QLabel* m_text;
    QPushButton* m_fix;
    QList<Remark> m_remarks;
    QString m_offer;
    bool m_isError = false;
};

} // namespace turnspit
