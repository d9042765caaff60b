#include <ui/quit/quitflow.h>

#include <ui/quit/quitdialog.h>
#include <ui/quit/quitplan.h>

#include <QMessageBox>
#include <QPushButton>

namespace turnspit {

QuitFlow::QuitFlow(HostSession& session, const HostMirror& mirror, QObject* parent)
    : QObject(parent), m_session(session), m_mirror(mirror)
{
}

QuitFlow::~QuitFlow()
{
    delete m_dialog; // it refers to the plan
}

void QuitFlow::quit(QWidget* window, bool canHide)
{
    if (!m_underWay)
        begin();
    if (m_underWay && !m_plan->rows().isEmpty())
        showDialog(window, canHide);
}

void QuitFlow::begin()
{
    delete m_dialog;
    m_plan = std::make_unique<QuitPlan>(m_session, m_mirror);
    connect(m_plan.get(), &QuitPlan::ended, this, [this] {
        if (m_dialog)
            m_dialog->hide();
        Q_EMIT ended();
    });
    setUnderWay(true);
    m_plan->begin();
}

void QuitFlow::showDialog(QWidget* window, bool canHide)
{
    if (!m_dialog || m_dialog->parentWidget() != window) {
        delete m_dialog;
        m_dialog = new QuitDialog(*m_plan, window);
        connect(m_dialog, &QuitDialog::stay, this, &QuitFlow::stay);
        connect(m_dialog, &QuitDialog::hideRequested, this, [this] {
            m_dialog->hide();
            Q_EMIT hidden();
        });
    }
    m_dialog->setCanHide(canHide, canHide ? QString() : tr("There is no tray that would show what is still stopping."));
    if (window)
        m_dialog->open();
    else
        m_dialog->show();
    m_dialog->raise();
    m_dialog->activateWindow();
}

void QuitFlow::stay()
{
    if (!m_underWay || m_plan->hasEnded())
        return; // too late: the host is going
    QWidget* const window = m_dialog ? m_dialog->parentWidget() : nullptr;
    if (m_dialog)
        m_dialog->deleteLater();
    m_dialog.clear();
    const QStringList names = m_plan->cancel();
    setUnderWay(false);
    if (!names.isEmpty())
        offerStart(names, window);
}

void QuitFlow::offerStart(const QStringList& names, QWidget* window)
{
    const auto count = static_cast<int>(names.size());
    auto* const box = new QMessageBox(QMessageBox::Question, tr("Start again"),
                                      tr("%n service(s) were stopped.", nullptr, count), QMessageBox::NoButton, window);
    box->setObjectName(QStringLiteral("startAgainDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(names.join(QStringLiteral(", ")));
    QPushButton* const start = box->addButton(tr("Start again"), QMessageBox::AcceptRole);
    QPushButton* const leave = box->addButton(tr("Leave stopped"), QMessageBox::RejectRole);
    box->setDefaultButton(start);
    box->setEscapeButton(leave);
    connect(start, &QPushButton::clicked, this, [this, names] { m_plan->startAgain(names); });
    if (window)
        box->open();
    else
        box->show();
}

void QuitFlow::setUnderWay(bool underWay)
{
    if (underWay != std::exchange(m_underWay, underWay))
        Q_EMIT underWayChanged();
}

} // namespace turnspit
