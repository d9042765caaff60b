#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/hostsession.h>

#include <QDialog>

#include <memory>

class QLabel;
class QPushButton;
class QScrollArea;
class QTabWidget;

namespace turnspit {

class RawPage;
class ServiceForm;
class TryPane;

/// Add, edit or duplicate a service: a form for every key, the text itself on the other page, both live checked by the host 150 ms
/// after the last key, and a way to try the command before anything is saved. Show it with open().
///
/// A service that is there is changed by edits of the keys that a person changed, so that comments and order survive; who changed the
/// text itself sends the text. Enter does nothing; what was typed is not thrown away unasked. Deletes itself once it has closed.
///
/// objectNames: serviceDialog, dialogTabs, cancelButton, saveButton, saveStartButton, saveReason, discardDialog; those of ServiceForm,
/// RawPage and TryPane.
class ServiceDialog final : public QDialog
{
    Q_OBJECT
public:
    /// What the dialog starts from.
    struct Draft
    {
        QString original;   ///< the service that is edited; "": a new one
        QString name;       ///< that is proposed, or that of `original`
        QString text;       ///< of the service file; "" for an empty form
        QStringList names;  ///< of all services
        QStringList groups; ///< that exist
        bool isRunning = false;
    };

    /// The session must outlive it.
    ServiceDialog(HostSession& session, Draft draft, QWidget* parent = nullptr);
    ~ServiceDialog() override;

    void reject() override;
    void done(int result) override;

Q_SIGNALS:
    /// It is on disk. `started`: the host was asked to start, restart or run it.
    void saved(const QString& name, bool started);
    /// It was saved, but something after that went wrong: a sentence for a person.
    void failed(const QString& why);

private:
    enum class Source { Form, Text };

    void createLayout();
    void changed();
    void textEdited();
    void pageChosen();
    void refreshButtons();
    void clampSize();
    [[nodiscard]] bool isNew() const { return m_draft.original.isEmpty(); }
    [[nodiscard]] bool hasChanges() const;
    [[nodiscard]] QString whyNot() const;
    [[nodiscard]] QString whyNotTry() const;
    [[nodiscard]] InspectRequest request() const;
    Task<> load();
    Task<> refresh();
    Task<> inspectOnce();
    Task<> preview();
    Task<> settle();
    Task<> save(bool start);
    Task<Result<>> write();
    Task<QString> startIt(QString name);
    Task<> makeFolder(QString path);
    Task<std::optional<TryRequest>> tryRequest();
    Task<> finish();

    HostSession& m_session;
    Draft m_draft;
    QTabWidget* m_tabs;
    QScrollArea* m_scroll;
    ServiceForm* m_form;
    RawPage* m_raw;
    TryPane* m_try;
    QLabel* m_reason;
    QPushButton* m_cancel;
    QPushButton* m_save;
    QPushButton* m_saveStart;
    QString m_base; ///< the text that the form's edits are made on
    Source m_source = Source::Form;
    bool m_wholeText = false; ///< somebody typed into the text
    std::optional<Inspection> m_inspection;
    QString m_trouble; ///< why the host cannot be asked
    QString m_refusal; ///< what went wrong at the last save
    bool m_refreshing = false;
    bool m_again = false;
    bool m_saving = false;
    Event m_fresh;
    std::unique_ptr<ClockTimer> m_pause;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
