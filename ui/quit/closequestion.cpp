#include <ui/quit/closequestion.h>

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

namespace turnspit {

CloseQuestion::CloseQuestion(int stops, bool inProcess, QWidget* parent)
    : QDialog(parent), m_toTray(new QRadioButton(tr("&Keep running, show in tray"), this)),
      m_quit(new QRadioButton(this)), m_remember(new QCheckBox(tr("&Remember, don't ask again"), this))
{
    setObjectName(QStringLiteral("closeQuestion"));
    setWindowTitle(tr("Close Turnspit"));
    auto* const text = new QLabel(inProcess ? tr("Turnspit keeps your services running in the background.")
                                            : tr("Turnspit goes on watching your services from the tray."),
                                  this);
    text->setWordWrap(true);
    text->setMinimumWidth(fontMetrics().averageCharWidth() * 52);
    m_toTray->setObjectName(QStringLiteral("closeToTray"));
    m_toTray->setChecked(true);
    m_quit->setObjectName(QStringLiteral("closeAndQuit"));
    if (!inProcess)
        m_quit->setText(tr("&Quit; the services go on without it"));
    else
        m_quit->setText(stops > 0 ? tr("&Quit and stop %n service(s)", nullptr, stops) : tr("&Quit"));
    m_remember->setObjectName(QStringLiteral("closeRemember"));
    m_remember->setChecked(true);

    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(this, &QDialog::accepted, this, [this] { Q_EMIT answered(m_quit->isChecked(), m_remember->isChecked()); });

    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(text);
    layout->addWidget(m_toTray);
    layout->addWidget(m_quit);
    layout->addSpacing(fontMetrics().height() / 2);
    layout->addWidget(m_remember);
    layout->addWidget(buttons);
    m_toTray->setFocus();
}

} // namespace turnspit
