#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QWidget>

#include <memory>

namespace turnspit {

class FitText;

/// The last lines that a service wrote, whichever of its runs it was, as plain text, at most once a second anew; asks for nothing while
/// it is hidden.
class LogTail final : public QWidget
{
    Q_OBJECT
public:
    static constexpr int lines = 20;

    /// The session must outlive it.
    explicit LogTail(HostSession& session, QWidget* parent = nullptr);
    ~LogTail() override;

    /// "": no service.
    void open(const QString& service);

    /// Looks again: the service or the host is back.
    void reload();

    [[nodiscard]] QString text() const;

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    Task<> follow();
    void present(const LogPage& page);

    HostSession& m_session;
    QString m_service;
    FitText* m_text;
    std::unique_ptr<TaskScope> m_following; ///< while shown; its task uses the rest
};

} // namespace turnspit
