#pragma once

#include <turnspit/control/values.h>

#include <QWidget>

#include <map>
#include <optional>

class QButtonGroup;
class QComboBox;
class QHBoxLayout;
class QToolButton;

namespace turnspit {

/// What of the list is shown, as chips with counts: all, each state that there is, and one group. Too narrow for the words, the chips
/// show their icons and counts.
///
/// Services that somebody else has picked out have a chip as long as only they are shown: a press on it, or on any other, ends that.
///
/// objectNames: filterBar, chipAll, chipOnly, chip-running and so on, groupChooser.
class FilterBar final : public QWidget
{
    Q_OBJECT
public:
    explicit FilterBar(QWidget* parent = nullptr);

    /// A chip that is chosen stays, also where its count is 0 now; a group that is chosen likewise.
    void setServices(const QList<ServiceInfo>& services, const QStringList& groups);

    void setState(std::optional<ServiceState> state);
    void setGroup(const std::optional<QString>& group);
    /// So many are picked out; 0: none are.
    void setOnly(int count);
    [[nodiscard]] std::optional<ServiceState> state() const { return m_state; }
    /// Null: all.
    [[nodiscard]] std::optional<QString> group() const { return m_group; }

    /// Words give way before the window does.
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void stateChosen(std::optional<turnspit::ServiceState> state);
    void onlyDropped();
    void groupChosen(const std::optional<QString>& group);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Chip
    {
        QToolButton* button;
        int count = 0;
    };
    [[nodiscard]] QToolButton* addChip(const QString& objectName);
    void choose(std::optional<ServiceState> state);
    void refresh();
    void label(QToolButton* button, const QString& word, int count, bool compact) const;
    void labelAll(bool compact);
    void fit();
    [[nodiscard]] int chipsWidth() const;
    [[nodiscard]] int groupsWidth() const;
    void chooseGroupAt(int row);

    QHBoxLayout* m_layout;
    QHBoxLayout* m_below; ///< the groups, where they have no room beside the chips
    QButtonGroup* m_buttons;
    QToolButton* m_all;
    QToolButton* m_only;
    int m_total = 0;
    int m_onlyCount = 0;
    QList<int> m_shown; ///< the counts as they are on the buttons
    std::map<ServiceState, Chip> m_chips;
    QComboBox* m_groups;
    std::optional<ServiceState> m_state;
    std::optional<QString> m_group;
};

} // namespace turnspit
