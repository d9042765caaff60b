#pragma once

#include <turnspit/base/states.h>

#include <QWidget>

class QButtonGroup;

namespace turnspit {

/// "What should it do?": one card for each kind of service that a person can make.
///
/// objectNames: kindButtons, kindKept, kindScheduled, kindManual.
class KindCards final : public QWidget
{
    Q_OBJECT
public:
    explicit KindCards(QWidget* parent = nullptr);

    [[nodiscard]] ServiceKind kind() const;
    void setKind(ServiceKind kind);

Q_SIGNALS:
    void chosen();

private:
    QButtonGroup* m_cards;
};

} // namespace turnspit
