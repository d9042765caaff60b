#pragma once

#include <turnspit/control/values.h>

#include <QWidget>

class QListWidget;

namespace turnspit {

class RawEdit;

/// A service file as its text, with what is wrong marked at its line and listed below. A click on an entry goes there.
///
/// objectNames: rawEdit, rawRemarks.
class RawPage final : public QWidget
{
    Q_OBJECT
public:
    explicit RawPage(QWidget* parent = nullptr);

    /// The text that is shown; nobody has typed into it yet.
    void setText(const QString& text);
    [[nodiscard]] QString text() const;

    void showRemarks(const QList<Remark>& remarks);

Q_SIGNALS:
    /// By a person.
    void edited();

private:
    RawEdit* m_edit;
    QListWidget* m_list;
    QList<Remark> m_remarks;
    bool m_loading = false;
};

} // namespace turnspit
