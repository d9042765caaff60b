#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QWidget>

class QFrame;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QToolButton;
class QTreeWidget;

namespace turnspit {

class HostMirror;
class PlaceholderPage;
class Refresher;
class TomlHighlighter;

/// The service's file to read, where it is, and every value that follows from it; what a running process does not know of it yet, with the
/// way to make it know. Brought up to date when the service's row changes, at most once a second, and not while it is hidden.
///
/// objectNames: configurationTab, configurationPath, configurationReveal, configurationCopyPath, configurationEdit, configurationText, configurationValues,
/// configurationChanged, configurationChanges, configurationRestart, configurationEmpty.
class ConfigurationTab final : public QWidget
{
    Q_OBJECT
public:
    /// Session and mirror must outlive it.
    ConfigurationTab(HostSession& session, HostMirror& mirror, QWidget* parent = nullptr);
    ~ConfigurationTab() override;

    /// "": no service.
    void open(const QString& service);
    [[nodiscard]] const QString& service() const { return m_service; }

Q_SIGNALS:
    void editRequested(const QString& service);
    void restartRequested(const QString& service);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* createHead();
    QWidget* createChanged();
    void createText();
    void createValues();
    void takeRow();
    void hostChanged();
    void refresh();
    Task<> load(quint64 generation);
    void showPage();
    void showText();
    void showValues();
    void showChanges();

    HostSession& m_session;
    HostMirror& m_mirror;
    QString m_service;
    std::optional<ServiceInfo> m_row;
    DefinitionInfo m_definition;
    QString m_problem;
    bool m_loaded = false;
    bool m_loading = false;
    bool m_again = false; ///< something changed while it was loaded
    bool m_wasLive = false;
    quint64 m_generation = 0;

    QWidget* m_main;
    PlaceholderPage* m_empty;
    QLabel* m_path;
    QToolButton* m_copy;
    QToolButton* m_reveal;
    QPushButton* m_edit;
    QFrame* m_changed;
    QLabel* m_changes;
    QPushButton* m_restart;
    QSplitter* m_splitter;
    QPlainTextEdit* m_text;
    TomlHighlighter* m_highlighter;
    QTreeWidget* m_values;
    Refresher* m_refresher;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
