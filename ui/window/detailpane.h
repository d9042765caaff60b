#pragma once

#include <QWidget>

#include <functional>

class QTabWidget;
class QToolButton;

namespace turnspit {

/// How the window's own tabs are named.
namespace tabs {
inline const QString overview = QStringLiteral("overview");
inline const QString logs = QStringLiteral("logs");
inline const QString runs = QStringLiteral("runs");
inline const QString configuration = QStringLiteral("configuration");
} // namespace tabs

/// The tabs about the selected service. Shows the tabs that were added, in the order in which they are meant to stand; Alt+1 and so on
/// choose them. Only the visible one is told which service it is about, the others when they become visible.
///
/// objectNames: detailTabs, detailBack.
class DetailPane final : public QWidget
{
    Q_OBJECT
public:
    explicit DetailPane(QWidget* parent = nullptr);

    /// `key`: how showTab and the window's memory name it. `open` is called with the service's name,
    /// "" for none.
    void addTab(const QString& key, const QString& title, QWidget* page, std::function<void(const QString&)> open);

    void open(const QString& service);
    [[nodiscard]] QString service() const { return m_service; }

    void showTab(const QString& key);
    [[nodiscard]] QString currentTab() const;
    [[nodiscard]] QTabWidget* tabs() const { return m_tabs; }

    /// As a page of its own it has a way back.
    void setBackVisible(bool visible);

Q_SIGNALS:
    void backRequested();
    /// Somebody asked for a tab by its key: it should be seen.
    void tabRequested();
    void currentTabChanged(const QString& key);

private:
    struct Tab
    {
        QString key;
        std::function<void(const QString&)> open;
        QString opened; ///< null: never
    };
    void tell(int index);

    QTabWidget* m_tabs;
    QToolButton* m_back;
    QList<Tab> m_entries; ///< as the tabs
    QString m_service;
};

} // namespace turnspit
