#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QFrame>
#include <QStringDecoder>

#include <functional>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace turnspit {

/// *Try it*: runs the command of a file that is being written once and shows its output, exit code and time. No run of a service, no
/// record. The session must outlive it.
///
/// objectNames: tryPane, tryButton, tryStopButton, tryStatus, tryOutput.
class TryPane final : public QFrame
{
    Q_OBJECT
public:
    /// Answers with what shall be tried, or null where that cannot be said yet.
    using Source = std::function<Task<std::optional<TryRequest>>()>;

    TryPane(HostSession& session, Source source, QWidget* parent = nullptr);
    ~TryPane() override;

    /// `why`: the reason why nothing can be tried, "" where something can.
    void setProblem(const QString& why);

    /// Ends what is tried; answers when the host knows.
    Task<> end();

Q_SIGNALS:
    /// The output is there, or has gone: the pane needs another height.
    void grown();

private:
    void begin();
    Task<> run();
    Task<> stop();
    void show(const TryPage& page);
    void append(const TryOutput& output);
    void showEnd(const TryPage& page);
    void refresh();

    HostSession& m_session;
    Source m_source;
    QPushButton* m_try;
    QPushButton* m_stop;
    QLabel* m_status;
    QPlainTextEdit* m_output;
    QString m_problem;
    QStringDecoder m_out;
    QStringDecoder m_err;
    quint64 m_id = 0; ///< 0: nothing runs
    bool m_running = false;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
