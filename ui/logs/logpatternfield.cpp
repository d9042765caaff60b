#include <ui/logs/logpatternfield.h>

#include <ui/text/clearbutton.h>
#include <ui/text/elidedlabel.h>

#include <QHBoxLayout>
#include <QLineEdit>
#include <QRegularExpression>
#include <QToolButton>

namespace turnspit {
namespace {

QToolButton* toggle(const QString& name, const QString& text, const QString& meaning, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(text);
    button->setToolTip(meaning);
    button->setAccessibleName(meaning);
    button->setCheckable(true);
    button->setAutoRaise(true);
    return button;
}

} // namespace

LogPatternField::LogPatternField(const QString& name, const QString& label, QWidget* parent)
    : QWidget(parent), m_edit(new QLineEdit(this)), m_regex(toggle(name + QStringLiteral("Regex"), QStringLiteral(".*"), tr("Regular expression"), this)),
      m_case(toggle(name + QStringLiteral("Case"), QStringLiteral("Aa"), tr("Match case"), this)), m_error(new ElidedLabel(this))
{
    m_edit->setObjectName(name);
    m_edit->setPlaceholderText(label);
    m_edit->setAccessibleName(label);
    addClearButton(*m_edit);
    m_edit->setMinimumWidth(m_edit->fontMetrics().averageCharWidth() * 16);
    m_error->setObjectName(name + QStringLiteral("Error"));
    m_error->hide();
    setFocusProxy(m_edit);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_edit, 1);
    layout->addWidget(m_regex);
    layout->addWidget(m_case);
    layout->addWidget(m_error);

    connect(m_edit, &QLineEdit::textChanged, this, &LogPatternField::take);
    connect(m_regex, &QToolButton::toggled, this, &LogPatternField::take);
    connect(m_case, &QToolButton::toggled, this, &LogPatternField::take);
}

bool LogPatternField::isCaseSensitive() const
{
    return m_case->isChecked();
}

void LogPatternField::clear()
{
    m_edit->clear();
}

void LogPatternField::take()
{
    const QString text = m_edit->text();
    const QString pattern = m_regex->isChecked() ? text : QRegularExpression::escape(text);
    const QRegularExpression expression(pattern);
    m_error->setVisible(!expression.isValid());
    if (!expression.isValid()) {
        m_error->setText(tr("⚠ %1, at %2", "what is wrong with an expression, column")
                             .arg(expression.errorString())
                             .arg(expression.patternErrorOffset() + 1));
        m_edit->setToolTip(m_error->text());
        return;
    }
    m_edit->setToolTip({});
    if (pattern == m_pattern && m_wasCaseSensitive == m_case->isChecked())
        return;
    m_pattern = pattern;
    m_wasCaseSensitive = m_case->isChecked();
    Q_EMIT changed();
}

} // namespace turnspit
