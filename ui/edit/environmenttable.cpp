#include <ui/edit/environmenttable.h>

#include <ui/edit/remarktext.h>
#include <ui/text/secrets.h>
#include <ui/theme/icons.h>

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QJsonObject>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTableWidget>

#include <algorithm>

namespace turnspit {
namespace {

enum Column { NameColumn, ValueColumn, ColumnCount };
constexpr int shownRows = 4;

/// A value; who draws or reads aloud what is hidden gets dots.
class ValueItem final : public QTableWidgetItem
{
public:
    ValueItem(const EnvironmentTable& owner, const QString& value) : QTableWidgetItem(value), m_owner(owner) {}

    [[nodiscard]] QVariant data(int role) const override
    {
        const bool hidden = tableWidget() && m_owner.hidesValue(row());
        switch (role) {
        case Qt::DisplayRole:
            return hidden ? secrets::dots() : QTableWidgetItem::data(role);
        case Qt::AccessibleTextRole:
            return hidden ? EnvironmentTable::tr("hidden") : QTableWidgetItem::data(Qt::DisplayRole);
        case Qt::ToolTipRole:
            return hidden ? EnvironmentTable::tr("Looks like a secret: not shown here, nor where the settings are listed.") : QVariant();
        default:
            return QTableWidgetItem::data(role);
        }
    }

private:
    const EnvironmentTable& m_owner;
};

/// Types what is hidden as dots, too, with an eye at the end of the field.
class ValueDelegate final : public QStyledItemDelegate
{
public:
    explicit ValueDelegate(EnvironmentTable* owner) : QStyledItemDelegate(owner), m_owner(*owner) {}

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex& index) const override
    {
        auto* const edit = new QLineEdit(parent);
        edit->setFrame(false);
        edit->setAccessibleName(EnvironmentTable::tr("Value"));
        if (!m_owner.hidesValue(index.row()))
            return edit;
        edit->setObjectName(QStringLiteral("secretEdit"));
        edit->setEchoMode(QLineEdit::Password);
        QAction* const eye = edit->addAction(actionIcon(QStringLiteral("reveal")), QLineEdit::TrailingPosition);
        eye->setText(EnvironmentTable::tr("Show the value"));
        eye->setToolTip(eye->text());
        eye->setCheckable(true);
        QObject::connect(eye, &QAction::toggled, edit,
                         [edit](bool shown) { edit->setEchoMode(shown ? QLineEdit::Normal : QLineEdit::Password); });
        return edit;
    }

private:
    const EnvironmentTable& m_owner;
};

} // namespace

EnvironmentTable::EnvironmentTable(QWidget* parent)
    : QWidget(parent), m_table(new QTableWidget(0, ColumnCount, this)), m_remove(new QPushButton(tr("Remo&ve variable"), this)),
      m_reveal(new QPushButton(tr("S&how secret values"), this)), m_problem(new QLabel(this))
{
    m_table->setObjectName(QStringLiteral("environmentTable"));
    m_table->setAccessibleName(tr("Environment variables"));
    m_table->setHorizontalHeaderLabels({tr("Name"), tr("Value")});
    m_table->horizontalHeader()->setSectionResizeMode(ValueColumn, QHeaderView::Stretch);
    m_table->horizontalHeader()->resizeSection(NameColumn, 22 * fontMetrics().averageCharWidth());
    m_table->verticalHeader()->hide();
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTabKeyNavigation(false);
    m_table->setLayoutDirection(Qt::LeftToRight);
    m_table->setMinimumHeight((shownRows + 1) * m_table->verticalHeader()->defaultSectionSize());
    m_table->installEventFilter(this);
    m_table->setToolTip(tr("Lines of the form NAME=value can be pasted."));
    auto* add = new QPushButton(tr("A&dd variable"), this);
    add->setObjectName(QStringLiteral("addVariableButton"));
    m_remove->setObjectName(QStringLiteral("removeVariableButton"));
    m_reveal->setObjectName(QStringLiteral("revealSecretsButton"));
    m_reveal->setIcon(actionIcon(QStringLiteral("reveal")));
    m_reveal->setCheckable(true);
    m_reveal->setVisible(false);
    for (QPushButton* const button : {add, m_remove, m_reveal})
        button->setAutoDefault(false);
    m_table->setItemDelegateForColumn(ValueColumn, new ValueDelegate(this));
    m_problem->setObjectName(QStringLiteral("environmentProblem"));
    m_problem->setWordWrap(true);
    m_problem->setVisible(false);

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(add);
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    buttons->addWidget(m_reveal);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_table);
    layout->addWidget(m_problem);
    layout->addLayout(buttons);

    connect(add, &QPushButton::clicked, this, [this] {
        addRow({}, {});
        m_table->setCurrentCell(m_table->rowCount() - 1, NameColumn);
        m_table->editItem(m_table->currentItem());
    });
    connect(m_remove, &QPushButton::clicked, this, [this] {
        if (m_table->currentRow() >= 0)
            m_table->removeRow(m_table->currentRow());
        changed();
    });
    connect(m_table, &QTableWidget::itemSelectionChanged, this, [this] { m_remove->setEnabled(m_table->currentRow() >= 0); });
    connect(m_table, &QTableWidget::cellChanged, this, &EnvironmentTable::changed);
    connect(m_reveal, &QPushButton::toggled, m_table->viewport(), QOverload<>::of(&QWidget::update));
    m_remove->setEnabled(false);
}

bool EnvironmentTable::hidesValue(int row) const
{
    return !m_reveal->isChecked() && secrets::isSecret(cell(row, NameColumn));
}

void EnvironmentTable::addRow(const QString& name, const QString& value)
{
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    m_table->setItem(row, NameColumn, new QTableWidgetItem(name));
    m_table->setItem(row, ValueColumn, new ValueItem(*this, value));
}

QString EnvironmentTable::cell(int row, int column) const
{
    const QTableWidgetItem* const item = m_table->item(row, column);
    return item ? item->data(Qt::EditRole).toString() : QString();
}

QMap<QString, QString> EnvironmentTable::variables() const
{
    QMap<QString, QString> out;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        if (const QString name = cell(row, NameColumn).trimmed(); !name.isEmpty())
            out.insert(name, cell(row, ValueColumn));
    }
    return out;
}

void EnvironmentTable::load(const QJsonObject& variables)
{
    m_loading = true;
    m_reveal->setChecked(false);
    m_loaded.clear();
    m_table->setRowCount(0);
    for (auto variable = variables.begin(); variable != variables.end(); ++variable) {
        m_loaded.insert(variable.key(), variable.value().toString());
        addRow(variable.key(), variable.value().toString());
    }
    m_loading = false;
    changed();
}

QList<KeyEdit> EnvironmentTable::edits() const
{
    const QString prefix = QStringLiteral("environment.");
    QList<KeyEdit> edits;
    const QMap<QString, QString> now = variables();
    for (auto variable = now.begin(); variable != now.end(); ++variable) {
        const auto before = m_loaded.constFind(variable.key());
        if (before == m_loaded.constEnd() || *before != variable.value())
            edits.append({prefix + variable.key(), quotedToml(variable.value())});
    }
    for (auto variable = m_loaded.begin(); variable != m_loaded.end(); ++variable) {
        if (!now.contains(variable.key()))
            edits.append({prefix + variable.key(), {}});
    }
    return edits;
}

void EnvironmentTable::set(const QString& name, const QString& value)
{
    for (int row = 0; row < m_table->rowCount(); ++row) {
        if (cell(row, NameColumn) == name)
            return m_table->item(row, ValueColumn)->setText(value);
    }
    addRow(name, value);
}

QString EnvironmentTable::problem() const
{
    QStringList seen;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QString name = cell(row, NameColumn).trimmed();
        if (name.isEmpty()) {
            if (!cell(row, ValueColumn).isEmpty())
                return tr("The value in line %1 has no name.").arg(row + 1);
            continue;
        }
        if (name.contains(QLatin1Char('=')) || name.contains(QLatin1Char('"')))
            return tr("‘%1’ is no name for a variable.").arg(name);
        if (seen.contains(name))
            return tr("There are two variables ‘%1’.").arg(name);
        seen += name;
    }
    return {};
}

void EnvironmentTable::paste()
{
    const QStringList lines = QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString& line : lines) {
        const qsizetype equals = line.indexOf(QLatin1Char('='));
        if (equals > 0 && !line.trimmed().startsWith(QLatin1Char('#')))
            set(line.left(equals).trimmed(), line.mid(equals + 1).trimmed());
    }
}

bool EnvironmentTable::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_table && event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Paste)) {
        paste();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void EnvironmentTable::changed()
{
    if (m_loading)
        return;
    const QString wrong = problem();
    m_problem->setText(wrong);
    m_problem->setVisible(!wrong.isEmpty());
    const QStringList names = variables().keys();
    m_reveal->setVisible(std::any_of(names.begin(), names.end(), secrets::isSecret));
    m_table->viewport()->update(); // a name decides how its value looks
    Q_EMIT edited();
}

} // namespace turnspit
