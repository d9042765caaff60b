#pragma once

#include <ui/hosts/hostentry.h>

#include <QFrame>
#include <QList>

class QListWidget;
class QListWidgetItem;
class QPushButton;

namespace turnspit {

/// The side list: this computer, and below it every program that shows its services, with what is wrong with it. Hidden while there is
/// no such program. One that has ended stays and says so until somebody dismisses it.
///
/// objectNames: hostList; hostListView, hostDismissButton.
class HostList final : public QFrame
{
    Q_OBJECT
public:
    explicit HostList(QWidget* parent = nullptr);

    /// In the order in which they are shown. Rows that stay keep their place and selection.
    void setHosts(const QList<HostEntry>& hosts, WallTime now);

    /// Shows which one is looked at; says nothing.
    void setCurrent(const QString& key);
    [[nodiscard]] QString current() const { return m_current; }

    /// The second line of an entry.
    [[nodiscard]] static QString summary(const HostEntry& host, WallTime now);

    /// The same with how many of its services run and wait: for the tip, and for those who hear it.
    [[nodiscard]] static QString details(const HostEntry& host, WallTime now);

Q_SIGNALS:
    void chosen(const QString& key);
    /// These are over and not wanted any more.
    void dismissed(const QStringList& keys);

private:
    void refresh(QListWidgetItem& item, const HostEntry& host, WallTime now);
    void selectCurrent();

    QListWidget* m_view;
    QPushButton* m_dismiss;
    QList<HostEntry> m_hosts;
    QString m_current;
};

} // namespace turnspit
